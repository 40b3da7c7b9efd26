#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <gsrgnn/circuit/circuitnet_files.hpp>
#include <gsrgnn/util/error.hpp>
#include <string_view>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

constexpr const char* kGiveRoot = "give the folder that holds graph_features, or graph_information beside this one";

bool begins_with(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

std::vector<fs::path> sorted(const std::string& folder, bool (fs::directory_entry::*kind)(std::error_code&) const) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unknown;
    if (((*entry).*kind)(unknown)) found.push_back(entry->path());
  }
  if (error) throw InputError(folder, "the folder cannot be read", "check its permissions");
  std::sort(found.begin(), found.end());
  return found;
}
std::vector<fs::path> folders_in(const std::string& folder) {
  return sorted(folder, &fs::directory_entry::is_directory);
}
std::vector<fs::path> files_in(const std::string& folder) {
  return sorted(folder, &fs::directory_entry::is_regular_file);
}

// The folders of that name, and the parts that Google Drive makes of one.
std::vector<std::string> parts_of(const std::string& name, const std::vector<std::string>& among) {
  std::vector<std::string> parts;
  for (const std::string& folder : among) {
    for (const fs::path& path : folders_in(folder)) {
      const std::string called = path.filename().string();
      if (called != name && !begins_with(called, name + "-")) continue;
      std::error_code error;
      parts.push_back((fs::is_directory(path / name, error) ? path / name : path).string());
    }
  }
  return parts;
}

bool begins_as_npy(const fs::path& path) {
  std::string start(6, '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == "\x93NUMPY";
}

}  // namespace

CircuitNetFolders find_circuitnet(const std::string& root) {
  std::error_code error;
  if (!fs::is_directory(root, error)) {
    throw InputError(root, fs::exists(root, error) ? "is no folder" : "there is no such folder", kGiveRoot);
  }
  std::vector<std::string> features = parts_of("graph_features", {root});
  features.insert(features.begin(), root);
  CircuitNetFolders folders{parts_of("instance_placement_gcell", features), parts_of("graph_information", features)};
  if (folders.placement.empty()) folders.placement = parts_of("instance_placement", features);
  if (folders.placement.empty()) {
    const auto microns = parts_of("instance_placement_micron", features);
    if (!microns.empty()) {
      throw InputError(microns.front(), "places are in microns, and no file tells how large a GCell is",
                       "download instance_placement_gcell");
    }
    throw InputError(root, "there is no folder instance_placement_gcell", kGiveRoot);
  }
  if (folders.information.empty()) throw InputError(root, "there is no folder graph_information", kGiveRoot);
  return folders;
}

std::string circuitnet_design(const std::string& name) {
  const fs::path file = fs::path(name).filename();
  return (file.extension() == ".npy" ? file.stem() : file).string();
}

std::string circuitnet_netlist(const std::string& design, const std::vector<std::string>& netlists) {
  std::string_view name = design;
  const std::size_t number = name.find_first_not_of("0123456789");
  if (number != std::string_view::npos && number > 0 && name[number] == '-') name.remove_prefix(number + 1);
  std::string longest;
  for (const std::string& netlist : netlists) {
    const bool ends = name.size() == netlist.size() ||
                      (name.size() > netlist.size() && (name[netlist.size()] == '-' || name[netlist.size()] == '_'));
    if (ends && begins_with(name, netlist) && netlist.size() > longest.size()) longest = netlist;
  }
  return longest;
}

std::vector<std::string> list_circuitnet_netlists(const CircuitNetFolders& folders) {
  constexpr std::string_view kEnd = "_node_attr";
  std::vector<std::string> netlists;
  for (const std::string& folder : folders.information) {
    std::error_code error;
    const fs::path cells = fs::path(folder) / "node_attr";
    if (!fs::is_directory(cells, error)) continue;
    for (const fs::path& path : files_in(cells.string())) {
      const std::string name = circuitnet_design(path.string());
      if (name.size() <= kEnd.size() || name.substr(name.size() - kEnd.size()) != kEnd) continue;
      netlists.push_back(name.substr(0, name.size() - kEnd.size()));
    }
  }
  return netlists;
}

std::string find_circuitnet_file(const std::vector<std::string>& folders, const std::string& name,
                                 const std::vector<std::string>& suffixes) {
  std::vector<std::string> found;
  for (const std::string& folder : folders) {
    for (const std::string& suffix : suffixes) {
      std::error_code error;
      const fs::path path = fs::path(folder) / (name + suffix);
      if (fs::is_regular_file(path, error)) found.push_back(path.string());
    }
  }
  if (found.empty()) {
    throw InputError((fs::path(folders.front()) / (name + suffixes.front())).string(), "there is no such file",
                     "check the name of the design and that all of CircuitNet's folders are in place");
  }
  if (found.size() > 1) {
    throw InputError(found[0], fmt::format("there is {} as well", found[1]), "remove one of the two");
  }
  return found[0];
}

std::vector<std::string> list_circuitnet_designs(const std::string& root) {
  std::vector<std::string> designs;
  for (const std::string& folder : find_circuitnet(root).placement) {
    for (const fs::path& path : files_in(folder)) {
      if (path.filename().string()[0] == '.' || (path.extension() != ".npy" && !begins_as_npy(path))) continue;
      designs.push_back(circuitnet_design(path.string()));
    }
  }
  std::sort(designs.begin(), designs.end());
  designs.erase(std::unique(designs.begin(), designs.end()), designs.end());
  return designs;
}

}  // namespace gsrgnn
