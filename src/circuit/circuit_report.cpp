#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/circuit_report.hpp>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

namespace gsrgnn {
namespace {

using Json = nlohmann::ordered_json;

Json net_sizes(const Circuit& circuit) {
  struct Bucket {
    std::int64_t from, to, nets, edges;
  };
  std::vector<Bucket> buckets = {{0, 0, 0, 0}, {1, 1, 0, 0}, {2, 2, 0, 0}, {3, 3, 0, 0}};
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const std::int64_t pins = circuit.net_offset[n + 1] - circuit.net_offset[n];
    while (pins > buckets.back().to) buckets.push_back({buckets.back().to + 1, 2 * buckets.back().to + 1, 0, 0});
    auto& bucket =
        *std::find_if(buckets.begin(), buckets.end(), [&](const Bucket& candidate) { return pins <= candidate.to; });
    ++bucket.nets;
    bucket.edges += pins * (pins - 1);
  }
  Json rows = Json::array();
  for (const Bucket& bucket : buckets) {
    rows.push_back({{"pins", {bucket.from, bucket.to}}, {"nets", bucket.nets}, {"edges", bucket.edges}});
  }
  return rows;
}

Json degrees(const Circuit& circuit) {
  auto degree = clique_degree(circuit);
  std::sort(degree.begin(), degree.end());
  const auto quantile = [&](double share) {
    return degree[static_cast<std::size_t>(std::lround(share * static_cast<double>(degree.size() - 1)))];
  };
  const double sum = std::accumulate(degree.begin(), degree.end(), 0.0);
  return {{"min", degree.front()},
          {"p10", quantile(0.1)},
          {"median", quantile(0.5)},
          {"p90", quantile(0.9)},
          {"p99", quantile(0.99)},
          {"max", degree.back()},
          {"mean", sum / static_cast<double>(degree.size())}};
}

Json label_histogram(const Circuit& circuit) {
  constexpr std::size_t kBins = 10;
  const std::size_t labels = circuit.label_name.size();
  Json histogram;
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
    histogram[circuit.label_name[o]] = {{"from", *least}, {"to", *most}, {"counts", counts}};
  }
  return histogram;
}

}  // namespace

Json describe_circuit(const Circuit& circuit) {
  const CircuitCounts counts = count(circuit);
  Json j;
  j["kind"] = "circuit";
  j["name"] = circuit.name;
  j["source"] = circuit.source;
  j["cells"] = counts.cells;
  j["nets"] = counts.nets;
  j["pins"] = counts.pins;
  j["edges"] = counts.edges;
  j["largest_net"] = counts.largest_net;
  j["max_degree"] = counts.max_degree;
  j["types"] = circuit.type_name.size();
  j["features"] = circuit.feature_name;
  j["label_names"] = circuit.label_name;
  j["label_unit"] = circuit.label_unit;
  if (circuit.labels() > 0) {
    const auto [least, most] = std::minmax_element(circuit.label.begin(), circuit.label.end());
    j["label_min"] = *least;
    j["label_max"] = *most;
    j["labels"] = std::set<float>(circuit.label.begin(), circuit.label.end()).size();
  }
  j["net_sizes"] = net_sizes(circuit);
  j["degrees"] = degrees(circuit);
  if (circuit.labels() > 0) j["label_histogram"] = label_histogram(circuit);
  return j;
}

}  // namespace gsrgnn
