#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/circuit_report.hpp>
#include <numeric>
#include <set>

namespace gsrgnn {
namespace {

std::vector<CircuitDescription::NetSizes> net_sizes(const Circuit& circuit) {
  std::vector<CircuitDescription::NetSizes> buckets = {{0, 0, 0, 0}, {1, 1, 0, 0}, {2, 2, 0, 0}, {3, 3, 0, 0}};
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const std::int64_t pins = circuit.net_offset[n + 1] - circuit.net_offset[n];
    while (pins > buckets.back().to) buckets.push_back({buckets.back().to + 1, 2 * buckets.back().to + 1, 0, 0});
    auto& bucket =
        *std::find_if(buckets.begin(), buckets.end(), [&](const auto& candidate) { return pins <= candidate.to; });
    ++bucket.nets;
    bucket.edges += pins * (pins - 1);
  }
  return buckets;
}

std::vector<CircuitDescription::Histogram> label_histogram(const Circuit& circuit) {
  constexpr std::size_t kBins = 10;
  const std::size_t labels = circuit.label_name.size();
  std::vector<CircuitDescription::Histogram> histograms;
  for (std::size_t o = 0; o < labels; ++o) {
    std::vector<float> values;
    for (std::size_t i = o; i < circuit.label.size(); i += labels) values.push_back(circuit.label[i]);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    std::vector<std::int64_t> counts(kBins, 0);
    const double width = (static_cast<double>(*most) - static_cast<double>(*least)) / static_cast<double>(kBins);
    for (const float value : values) {
      const double bin = width > 0 ? (static_cast<double>(value) - static_cast<double>(*least)) / width : 0;
      ++counts[std::min(static_cast<std::size_t>(bin), kBins - 1)];
    }
    histograms.push_back({*least, *most, std::move(counts)});
  }
  return histograms;
}

}  // namespace

CircuitDescription describe_circuit(const Circuit& circuit) {
  CircuitDescription d;
  d.name = circuit.name;
  d.source = circuit.source;
  d.counts = count(circuit);
  d.types = circuit.type_name.size();
  d.feature_name = circuit.feature_name;
  d.label_name = circuit.label_name;
  d.label_unit = circuit.label_unit;
  d.net_sizes = net_sizes(circuit);
  auto degree = clique_degree(circuit);
  std::sort(degree.begin(), degree.end());
  const auto quantile = [&](double share) {
    return degree[static_cast<std::size_t>(std::lround(share * static_cast<double>(degree.size() - 1)))];
  };
  d.degrees = {degree.front(),
               quantile(0.1),
               quantile(0.5),
               quantile(0.9),
               quantile(0.99),
               degree.back(),
               std::accumulate(degree.begin(), degree.end(), 0.0) / static_cast<double>(degree.size())};
  if (circuit.labels() > 0) {
    const std::set<float> values(circuit.label.begin(), circuit.label.end());
    d.label_min = *values.begin();
    d.label_max = *values.rbegin();
    d.label_values = values.size();
    d.label_histogram = label_histogram(circuit);
  }
  return d;
}

}  // namespace gsrgnn
