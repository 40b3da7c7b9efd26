#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/map_reader.hpp>
#include <gsrgnn/circuit/npy_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>

namespace gsrgnn {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kTrainingSet = 256;  // GCells a side of the maps of CircuitNet's training set
constexpr std::int64_t kSlack = 2;
constexpr std::int64_t kMostGcells = 1 << 24;  // of a map that is computed; a damaged extent must not take all memory
constexpr double kQuantum = 0x1p-30;           // 2^31 nets of at most 2 each still fit a 64-bit sum of these

std::int32_t center(std::int32_t first, std::int32_t last) {
  return (first + last + 1) / 2;
}

// The box around the centres of a net's cells.
GcellBox net_box(const CircuitNetDesign& design, std::int64_t net) {
  GcellBox box{std::numeric_limits<std::int32_t>::max(), std::numeric_limits<std::int32_t>::max(), 0, 0};
  for (std::int64_t pin = design.circuit.net_offset[net]; pin < design.circuit.net_offset[net + 1]; ++pin) {
    const GcellBox& cell = design.box[design.circuit.net_cell[pin]];
    const std::int32_t x = center(cell.left, cell.right), y = center(cell.bottom, cell.top);
    box = {std::min(box.left, x), std::min(box.bottom, y), std::max(box.right, x), std::max(box.top, y)};
  }
  return box;
}

bool joins_cells(const CircuitNetDesign& design, std::int64_t net) {
  const auto begin = design.circuit.net_cell.begin() + design.circuit.net_offset[net];
  const auto end = design.circuit.net_cell.begin() + design.circuit.net_offset[net + 1];
  return std::any_of(begin, end, [&](std::int32_t cell) { return cell != *begin; });
}

// By its name, else by what .npy and .npz begin with.
bool is_of_numpy(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  if (extension == ".npy" || extension == ".npz") return true;
  std::error_code error;
  std::string start(2, '\0');
  return fs::is_regular_file(path, error) && std::ifstream(path, std::ios::binary).read(start.data(), 2) &&
         (start == "\x93N" || start == "PK");
}

GcellMap read_array(const std::string& path, const std::string& member) {
  GcellMap map;
  map.place = member.empty() ? path : path + ":" + member;
  NumericArray array = read_numeric_array(path, member);
  const std::vector<std::int64_t> shape = array.shape;
  while (array.shape.size() > 2) {
    const auto one = std::find(array.shape.begin(), array.shape.end(), 1);
    if (one == array.shape.end()) break;
    array.shape.erase(one);
  }
  if (array.shape.size() != 2 || array.value.empty()) {
    throw InputError(map.place, fmt::format("an array of shape ({}) is no map", fmt::join(shape, ", ")),
                     "a map has two axes, x and y");
  }
  map.columns = array.shape[0];
  map.rows = array.shape[1];
  map.value = std::move(array.value);
  const auto bad = std::find_if_not(map.value.begin(), map.value.end(), [](double v) { return std::isfinite(v); });
  if (bad != map.value.end()) {
    const auto at = static_cast<std::int64_t>(bad - map.value.begin());
    throw InputError(map.place, fmt::format("the value of GCell ({}, {}) is {}", at / map.rows, at % map.rows, *bad),
                     "every value of a map must be a finite number");
  }
  return map;
}

double usual_step(const std::vector<double>& border) {
  std::vector<double> step;
  for (std::size_t i = 1; i < border.size(); ++i) step.push_back(border[i] - border[i - 1]);
  const auto middle = step.begin() + static_cast<std::ptrdiff_t>(step.size() / 2);
  std::nth_element(step.begin(), middle, step.end());
  return *middle;
}

void require_gcells(const std::string& path, const GcellGrid& grid) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    for (const double at : grid.border[axis]) {
      if (at >= 0 && at == std::trunc(at)) continue;
      throw InputError(path,
                       fmt::format("a box has a side at {:g} in {}, which is no GCell", at, axis == 0 ? "x" : "y"),
                       "give a map in GCells, as maps and predict write it, or --resized for one over the whole die");
    }
  }
}

GcellMap read_csv(const std::string& path, const GcellBox& extent, bool resized) {
  MapFile file = read_csv_map(path);
  const auto& [grid, value] = file.map.front();
  if (!resized) require_gcells(path, grid);
  std::array<double, 2> origin{}, step = {1, 1};
  std::array<double, 2> first{}, last{}, size{};  // of the GCells that it covers; of the map
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const std::vector<double>& border = grid.border[axis];
    if (resized) {
      origin[axis] = border.front();
      step[axis] = usual_step(border);
    }
    first[axis] = std::round((border.front() - origin[axis]) / step[axis]);
    last[axis] = first[axis] + std::max(1.0, std::round((border.back() - border.front()) / step[axis]));
    // Where no cell has a value it may end before the placement does.
    const double placed = (axis == 0 ? extent.right : extent.top) + 1.0;
    size[axis] = !resized && last[axis] + kSlack >= placed ? std::max(last[axis], placed) : last[axis];
  }
  if (!(size[0] * size[1] <= static_cast<double>(most_gcells(0, grid.size())))) {
    throw InputError(path, fmt::format("its boxes reach over {:g} x {:g} GCells", size[0], size[1]),
                     "give the map of this design, in GCells");
  }
  GcellMap map{path, std::llround(size[0]), std::llround(size[1]), {}, std::move(file.unit), std::move(file.note)};
  map.value.assign(static_cast<std::size_t>(map.columns * map.rows), 0);
  const auto middle = [&](std::int64_t i, std::size_t axis) {
    return origin[axis] + (static_cast<double>(i) + 0.5) * step[axis];
  };
  for (std::int64_t x = std::llround(first[0]); x < std::llround(last[0]); ++x) {
    for (std::int64_t y = std::llround(first[1]); y < std::llround(last[1]); ++y) {
      map.value[x * map.rows + y] = value[grid.at(middle(x, 0), middle(y, 1))];
    }
  }
  return map;
}

}  // namespace

GcellMap read_gcell_map(const std::string& where, const std::string& design, const GcellBox& extent, bool resized) {
  std::error_code error;
  std::string path = where, member;
  const std::size_t colon = where.rfind(':');
  if (!fs::exists(where, error) && colon != std::string::npos && fs::exists(where.substr(0, colon), error)) {
    path = where.substr(0, colon);
    member = where.substr(colon + 1);
  }
  if (fs::is_directory(path, error)) {
    path = find_circuitnet_file({path}, circuitnet_design(design), {".npy", ".npz", ".csv", ".csv.gz", ""});
  }
  return member.empty() && !is_of_numpy(path) ? read_csv(path, extent, resized) : read_array(path, member);
}

GcellMap rudy_map(const CircuitNetDesign& design) {
  GcellMap map;
  map.place = design.placement;
  map.columns = design.extent.right + 1;
  map.rows = design.extent.top + 1;
  if (map.columns * map.rows > kMostGcells) {
    throw InputError(map.place, fmt::format("RUDY over {} x {} GCells", map.columns, map.rows),
                     fmt::format("at most {} GCells are supported", kMostGcells));
  }
  // Each net changes the four corners of its box; the sums along both axes then fill all boxes at once. Whole numbers
  // make them exact: where no net is, nothing is left over.
  const std::int64_t stride = map.rows + 1;
  std::vector<std::int64_t> sum(static_cast<std::size_t>((map.columns + 1) * stride), 0);
  for (std::int64_t net = 0; net < design.circuit.nets(); ++net) {
    if (!joins_cells(design, net)) continue;
    const GcellBox box = net_box(design, net);
    const double width = box.right - box.left + 1, height = box.top - box.bottom + 1;
    const std::int64_t density = std::llround((width + height) / (width * height) / kQuantum);
    sum[box.left * stride + box.bottom] += density;
    sum[box.left * stride + box.top + 1] -= density;
    sum[(box.right + 1) * stride + box.bottom] -= density;
    sum[(box.right + 1) * stride + box.top + 1] += density;
  }
  map.value.reserve(static_cast<std::size_t>(map.columns * map.rows));
  for (std::int64_t x = 0; x < map.columns; ++x) {
    std::int64_t along = 0;
    for (std::int64_t y = 0; y < map.rows; ++y) {
      if (x > 0) sum[x * stride + y] += sum[(x - 1) * stride + y];
      along += sum[x * stride + y];
      map.value.push_back(static_cast<double>(along) * kQuantum);
    }
  }
  return map;
}

std::vector<GcellBox> boxes_on(const GcellMap& map, const CircuitNetDesign& design, bool resized) {
  const GcellBox& all = design.extent;
  const std::int64_t margin = std::min(all.left, all.bottom);
  const std::int64_t columns = all.right + 1 + margin, rows = all.top + 1 + margin;
  if (!resized) {
    const bool of_training_set = map.columns == kTrainingSet && map.rows == kTrainingSet;
    const auto fits = [&](std::int64_t has, std::int64_t last, std::int64_t expected) {
      return has > last && has - expected <= (of_training_set ? kSlack : std::max(kSlack, expected / 20));
    };
    if (!fits(map.columns, all.right, columns) || !fits(map.rows, all.top, rows)) {
      throw InputError(map.place,
                       fmt::format("the map has {} x {} GCells and the placement {} x {} (cells reach GCell ({}, {}))",
                                   map.columns, map.rows, columns, rows, all.right, all.top),
                       "give the map of this design as it was extracted, or --resized for one that was resized");
    }
    return design.box;
  }
  const auto scaled = [](std::int32_t first, std::int32_t last, std::int64_t to, std::int64_t from) {
    const double scale = static_cast<double>(to) / static_cast<double>(from);
    const auto begin = std::min<std::int64_t>(std::lround(first * scale), to - 1);
    const auto end = std::clamp<std::int64_t>(std::lround((last + 1) * scale), begin + 1, to);
    return std::pair(static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end - 1));
  };
  std::vector<GcellBox> boxes;
  for (const GcellBox& box : design.box) {
    const auto [left, right] = scaled(box.left, box.right, map.columns, columns);
    const auto [bottom, top] = scaled(box.bottom, box.top, map.rows, rows);
    boxes.push_back({left, bottom, right, top});
  }
  return boxes;
}

std::vector<double> sample(const GcellMap& map, const std::vector<GcellBox>& boxes, BoxRule rule) {
  std::vector<double> samples;
  samples.reserve(boxes.size());
  for (const GcellBox& box : boxes) {
    if (rule == BoxRule::center) {
      samples.push_back(map.value[center(box.left, box.right) * map.rows + center(box.bottom, box.top)]);
      continue;
    }
    double most = map.value[box.left * map.rows + box.bottom], sum = 0;
    for (std::int64_t x = box.left; x <= box.right; ++x) {
      for (std::int64_t y = box.bottom; y <= box.top; ++y) {
        const double value = map.value[x * map.rows + y];
        most = std::max(most, value);
        sum += value;
      }
    }
    const auto gcells = static_cast<double>((box.right - box.left + 1) * std::int64_t{box.top - box.bottom + 1});
    samples.push_back(rule == BoxRule::max ? most : sum / gcells);
  }
  return samples;
}

}  // namespace gsrgnn
