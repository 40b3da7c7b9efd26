#include <cmath>
#include <gsrgnn/training/random_streams.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/random.hpp>

namespace gsrgnn {
std::vector<std::uint8_t> split_cells(std::int64_t cells, const double (&share)[3], std::uint64_t seed) {
  const auto training = std::llround(share[0] * static_cast<double>(cells));
  const auto validation = std::llround(share[1] * static_cast<double>(cells));
  if (training < 2 || validation < 2 || cells - training - validation < 2) {
    throw InputError("train.split",
                     fmt::format("{} cells give {} for training, {} for validation and {} for the test", cells,
                                 training, validation, cells - training - validation),
                     "each part needs at least 2; use other shares or a larger circuit");
  }
  const auto order = Random(seed, kSplitStream).permutation<std::int64_t>(static_cast<std::size_t>(cells));
  std::vector<std::uint8_t> part(order.size(), static_cast<std::uint8_t>(Part::test));
  for (std::int64_t i = 0; i < training + validation; ++i) {
    part[order[i]] = static_cast<std::uint8_t>(i < training ? Part::training : Part::validation);
  }
  return part;
}

std::vector<std::uint8_t> split_training_cells(std::int64_t cells, double validation, std::uint64_t seed,
                                               const std::string& place) {
  const auto chosen = std::llround(validation * static_cast<double>(cells));
  if (chosen < 2 || cells - chosen < 2) {
    throw InputError(place,
                     fmt::format("{} cells give {} for training and {} for validation", cells, cells - chosen, chosen),
                     "each part needs at least 2; use another train.split, or name circuits.validation");
  }
  const auto order = Random(seed, kSplitStream).permutation<std::int64_t>(static_cast<std::size_t>(cells));
  std::vector<std::uint8_t> part(order.size(), static_cast<std::uint8_t>(Part::training));
  for (std::int64_t i = 0; i < chosen; ++i) part[order[i]] = static_cast<std::uint8_t>(Part::validation);
  return part;
}

std::vector<double> select(const std::vector<float>& values, std::size_t columns, std::size_t column,
                           const std::vector<std::uint8_t>& part, Part which) {
  std::vector<double> selected;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] == static_cast<std::uint8_t>(which)) {
      selected.push_back(static_cast<double>(values[i * columns + column]));
    }
  }
  return selected;
}

}  // namespace gsrgnn
