// Route guides and maps of a DEF, and Bookshelf designs: what `import` does with one.

#include <unistd.h>

#include <array>
#include <filesystem>
#include <gsrgnn/circuit/import_def.hpp>

#include "circuit/bookshelf_text.hpp"
#include "circuit/def_text.hpp"
#include "circuit/map_text.hpp"
#include "fuzz/input_file.hpp"
#include "fuzz/readers.hpp"

namespace gsrgnn::fuzz {
namespace {

using namespace map_text;
using bookshelf_text::kFiles;

void import_tiny(const std::string& guide, const std::vector<std::string>& label) {
  const InputFile def(def_text::kTiny);
  ImportOptions options{def.path(), {}, CongestionLabel::separate, label};
  options.guide = guide;
  try {
    import_def(options);
  } catch (const InputError&) {
  }
}

constexpr std::array kExtensions = {"aux", "nodes", "nets", "pl", "scl", "route"};

/// The first byte says which of the files the others are.
void import_one_of_files(std::string_view bytes) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("gsrgnn_fuzz_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const std::size_t which = bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) % kExtensions.size();
  for (std::size_t e = 0; e < kExtensions.size(); ++e) {
    const std::string path = folder / (std::string("tiny.") + kExtensions[e]);
    testing::write_bytes(path,
                         e == which ? std::string(bytes.substr(bytes.empty() ? 0 : 1)) : kFiles.at(kExtensions[e]));
  }
  try {
    import_design(*design_format("*.aux"), {folder / "tiny.aux", {}, CongestionLabel::separate, {kRudyLabel}});
  } catch (const InputError&) {
  }
  fs::remove_all(folder);
}

std::vector<std::string> bookshelf_seeds() {
  std::vector<std::string> seeds;
  for (std::size_t e = 0; e < kExtensions.size(); ++e) {
    seeds.push_back(static_cast<char>(e) + kFiles.at(kExtensions[e]));
  }
  return seeds;
}

}  // namespace

const Reader kGuide = {"guide",
                       [](std::string_view bytes) {
                         const InputFile guide(bytes);
                         import_tiny(guide.path(), {});
                       },
                       [] {
                         return std::vector<std::string>{map_text::kGuide, def_text::gzipped(map_text::kGuide)};
                       }};

const Reader kMap = {"map",
                     [](std::string_view bytes) {
                       const InputFile map(bytes);
                       import_tiny("", {map.path()});
                     },
                     [] {
                       return std::vector<std::string>{kCsv, kReport, def_text::gzipped(kCsv)};
                     }};

const Reader kBookshelf = {"bookshelf", import_one_of_files, bookshelf_seeds};

}  // namespace gsrgnn::fuzz
