#include <algorithm>
#include <cctype>
#include <filesystem>
#include <gsrgnn/circuit/design_formats.hpp>
#include <gsrgnn/circuit/import_bookshelf.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <utility>

#include "circuit/design_label.hpp"

namespace gsrgnn {

const std::vector<DesignFormat>& design_formats() {
  static const std::vector<DesignFormat> kFormats = {
      {"def", ".def", "a DEF", "a routed one gives labels too", true, read_def_design},
      {"bookshelf", ".aux", "a Bookshelf .aux", "placed, as contests and DREAMPlace have it", false,
       read_bookshelf_design},
  };
  return kFormats;
}

const DesignFormat* design_format(const std::string& path) {
  std::filesystem::path name(path);
  const auto extension = [&] {
    std::string text = name.extension().string();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  if (extension() == ".gz") name = name.stem();
  const auto found = std::find_if(design_formats().begin(), design_formats().end(),
                                  [&](const DesignFormat& format) { return extension() == format.extension; });
  return found != design_formats().end() ? &*found : nullptr;
}

Circuit import_design(const DesignFormat& format, const ImportOptions& options) {
  check_label(options);
  ReadDesign design = format.read(options);
  add_labels(options, design);
  append_common_features(design.circuit);
  add_feature_maps(options, design.circuit);
  validate(design.circuit, options.design);
  return std::move(design.circuit);
}

}  // namespace gsrgnn
