#include <cmath>
#include <gsrgnn/training/prediction.hpp>

namespace gsrgnn {
namespace {

/// Of `size` values, the i-th of pass p being at(p, i).
template <class At>
std::vector<double> deviation(const std::vector<PredictionPass>& passes, std::size_t size, const At& at) {
  std::vector<double> found(size);
  for (std::size_t i = 0; i < size; ++i) {
    double mean = 0, squares = 0;
    for (std::size_t p = 0; p < passes.size(); ++p) mean += passes[p].weight * at(p, i);
    for (std::size_t p = 0; p < passes.size(); ++p) squares += passes[p].weight * std::pow(at(p, i) - mean, 2);
    found[i] = std::sqrt(squares);
  }
  return found;
}

}  // namespace

std::vector<float> spread_of(const std::vector<PredictionPass>& passes) {
  if (passes.size() < 2) return {};
  const auto found = deviation(passes, passes.front().value.size(),
                               [&](std::size_t p, std::size_t i) { return static_cast<double>(passes[p].value[i]); });
  return {found.begin(), found.end()};
}

GcellValues gcell_map(const Circuit& circuit, const PredictedValues& predicted, std::size_t labels) {
  return predicted.gcells.empty() ? gcell_values(circuit, predicted.value, labels)
                                  : values_of_gcells(circuit, predicted.gcells, labels);
}

std::vector<double> gcell_spread(const Circuit& circuit, const std::vector<PredictionPass>& passes,
                                 std::size_t labels) {
  if (passes.size() < 2) return {};
  std::vector<GcellValues> map;
  for (const PredictionPass& pass : passes) map.push_back(gcell_map(circuit, pass, labels));
  return deviation(passes, map.front().value.size(), [&](std::size_t p, std::size_t i) { return map[p].value[i]; });
}

}  // namespace gsrgnn
