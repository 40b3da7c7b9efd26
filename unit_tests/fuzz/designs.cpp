// Route guides and maps of a DEF, and Bookshelf designs. What does not depend on the bytes is read once, for speed.

#include <unistd.h>

#include <array>
#include <filesystem>
#include <gsrgnn/circuit/cell_boxes.hpp>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/gcell_congestion.hpp>
#include <gsrgnn/circuit/guide_reader.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/map_reader.hpp>

#include "circuit/bookshelf_text.hpp"
#include "circuit/def_text.hpp"
#include "circuit/map_text.hpp"
#include "fuzz/input_file.hpp"
#include "fuzz/readers.hpp"

namespace gsrgnn::fuzz {
namespace {

using namespace map_text;
using bookshelf_text::kFiles;

bool read_guide(std::string_view bytes) {
  static const InputFile def(def_text::kTiny);
  static const DefDesign tiny = read_def(def.path());
  std::vector<std::string> note;
  static const auto border = gcell_borders(tiny, learn_technology(tiny, nullptr).layer, note);
  const InputFile guide(bytes);
  DefDesign design = tiny;
  return accepts([&] {
    route_by_guide(guide.path(), border, design, note);
    gcell_congestion(design, learn_technology(design, nullptr).layer, border);
  });
}

bool read_map(std::string_view bytes) {
  static const InputFile def(def_text::kTiny);
  static const Circuit circuit = import_def({def.path(), {}, CongestionLabel::separate});
  const InputFile map(bytes);
  return accepts([&] {
    for (const GridMap& one : read_map_file(map.path(), circuit).map) {
      CellSampler(circuit, circuit.placement.technology, one.grid)(one.value);
    }
  });
}

/// As a map of a DEF, and of a design of CircuitNet.
bool read_csv(std::string_view bytes) {
  bool read = read_map(bytes);
  CircuitNetDesign design;
  design.extent = {0, 0, 2, 1};
  design.box = {{0, 0, 0, 0}, {1, 0, 2, 1}};
  const InputFile csv(bytes);
  for (const bool resized : {false, true}) {
    read |= accepts([&] {
      const GcellMap map = read_gcell_map(csv.path(), "", design.extent, resized);
      sample(map, boxes_on(map, design, resized), BoxRule::max);
    });
  }
  return read;
}

constexpr std::array kExtensions = {"aux", "nodes", "nets", "pl", "scl", "route"};

/// A design in memory, of which one file at a time is another.
class BookshelfFolder {
 public:
  BookshelfFolder() {
    std::filesystem::create_directories(folder_);
    for (const char* extension : kExtensions) write(extension, kFiles.at(extension));
  }
  ~BookshelfFolder() { std::filesystem::remove_all(folder_); }
  BookshelfFolder(const BookshelfFolder&) = delete;
  BookshelfFolder& operator=(const BookshelfFolder&) = delete;

  std::string path(const std::string& extension) const { return folder_ + "/tiny." + extension; }
  void write(const std::string& extension, const std::string& text) const {
    testing::write_bytes(path(extension), text);
  }

 private:
  const std::string folder_ = "/dev/shm/gsrgnn_fuzz_" + std::to_string(::getpid());
};

/// The first byte says which of the files the others are.
bool import_one_of_files(std::string_view bytes) {
  static const BookshelfFolder folder;
  const std::size_t which = bytes.empty() ? 0 : static_cast<unsigned char>(bytes[0]) % kExtensions.size();
  folder.write(kExtensions[which], std::string(bytes.substr(bytes.empty() ? 0 : 1)));
  const bool read = accepts([&] {
    import_design(*design_format("*.aux"), {folder.path("aux"), {}, CongestionLabel::separate, {kRudyLabel}});
  });
  folder.write(kExtensions[which], kFiles.at(kExtensions[which]));
  return read;
}

std::vector<std::string> bookshelf_seeds() {
  std::vector<std::string> seeds;
  for (std::size_t e = 0; e < kExtensions.size(); ++e) {
    seeds.push_back(static_cast<char>(e) + kFiles.at(kExtensions[e]));
  }
  return seeds;
}

}  // namespace

const Reader kGuide = {"guide", read_guide, [] {
                         return std::vector<std::string>{map_text::kGuide, def_text::gzipped(map_text::kGuide)};
                       }};

const Reader kCsv = {"csv", read_csv, [] {
                       return std::vector<std::string>{map_text::kCsv, def_text::gzipped(map_text::kCsv),
                                                       "x0,y0,x1,y1,value (congestion)\n0,0,1,2,1\n1,0,3,2,2\n"};
                     }};

const Reader kReport = {"report", read_map, [] {
                          return std::vector<std::string>{map_text::kReport, def_text::gzipped(map_text::kReport)};
                        }};

const Reader kBookshelf = {"bookshelf", import_one_of_files, bookshelf_seeds};

}  // namespace gsrgnn::fuzz
