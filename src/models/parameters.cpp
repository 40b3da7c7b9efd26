#include <algorithm>
#include <gsrgnn/models/parameters.hpp>
#include <gsrgnn/util/random.hpp>

namespace gsrgnn {

std::int64_t ParameterTable::largest_block() const {
  std::int64_t largest = 0;
  for (const auto& block : blocks) largest = std::max(largest, block.count);
  return largest;
}

void ParameterTable::begin_block(const std::string& name) {
  blocks.push_back({name, size(), 0});
}

int ParameterTable::add(const std::string& name, int rows, int columns, int width, int stride, int tile,
                        Initial initial) {
  const int block = static_cast<int>(blocks.size()) - 1;
  arrays.push_back({blocks.back().name + "/" + name, block, size(), rows, columns, width, stride, tile, initial});
  blocks.back().count += arrays.back().stored();
  return static_cast<int>(arrays.size()) - 1;
}

std::int64_t ParameterTable::trained() const {
  std::int64_t count = 0;
  for (const auto& array : arrays) count += static_cast<std::int64_t>(array.rows) * array.columns;
  return count;
}

std::vector<double> ParameterTable::initial_values(std::uint64_t seed, const ParameterBlock& block) const {
  std::vector<double> values(block.count, 0.0);
  const auto first = std::lower_bound(arrays.begin(), arrays.end(), block.first,
                                      [](const auto& array, std::int64_t offset) { return array.offset < offset; });
  for (auto a = static_cast<std::size_t>(first - arrays.begin());
       a < arrays.size() && arrays[a].offset < block.first + block.count; ++a) {
    const auto& array = arrays[a];
    Random random(seed, a);
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns; ++c) {
        values[array.at(r, c) - block.first] = array.initial.kind == Initial::Kind::constant
                                                   ? array.initial.value
                                                   : array.initial.value * (2.0 * random.uniform() - 1.0);
      }
    }
  }
  return values;
}

}  // namespace gsrgnn
