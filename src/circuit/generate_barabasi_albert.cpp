#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/random.hpp>

namespace gsrgnn {

Circuit generate_barabasi_albert(const GeneratorSpec& spec) {
  const std::int64_t nodes = spec.cells;
  const std::int64_t links = (spec.edges - nodes) / 2;
  const std::int64_t most = nodes * (nodes - 1) / 2;
  if (links > most) {
    throw InputError("generate", fmt::format("{} edges are more than {} nodes can have", spec.edges, nodes),
                     fmt::format("ask for at most {}", nodes + 2 * most));
  }
  Circuit circuit;
  circuit.net_cell.reserve(static_cast<std::size_t>(2 * links));
  circuit.net_offset.reserve(static_cast<std::size_t>(links + 1));
  Random random(spec.seed);
  // The ends of all links so far: a uniform draw from them is a draw of a node by its degree.
  std::vector<std::int32_t>& ends = circuit.net_cell;
  std::vector<std::int32_t> chosen;
  std::vector<std::int64_t> chosen_by(static_cast<std::size_t>(nodes), -1);
  std::int64_t made = 0;
  for (std::int64_t node = 1; node < nodes; ++node) {
    // Spread evenly over the nodes that come, as far as those before can take them; what is over waits.
    const std::int64_t due = links * node / (nodes - 1) - made;
    const std::int64_t count = std::min(due, node);
    const std::size_t known_ends = ends.size();
    chosen.clear();
    while (static_cast<std::int64_t>(chosen.size()) < count) {
      // Some draws go by no degree, so that nodes without links are found too and dense graphs come to an end.
      const bool blind = known_ends == 0 || count > node / 2 || random.chance(1, 100);
      const auto other = blind ? static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(node)))
                               : ends[random.below(known_ends)];
      if (chosen_by[static_cast<std::size_t>(other)] == node) continue;
      chosen_by[static_cast<std::size_t>(other)] = node;
      chosen.push_back(other);
    }
    for (const std::int32_t other : chosen) {
      ends.push_back(static_cast<std::int32_t>(node));
      ends.push_back(other);
      circuit.net_offset.push_back(static_cast<std::int64_t>(ends.size()));
    }
    made += count;
  }
  if (made != links) {
    throw InputError("generate",
                     fmt::format("a Barabasi-Albert graph of {} nodes cannot have {} edges", nodes, spec.edges),
                     fmt::format("ask for at most {}", nodes + 2 * made));
  }
  circuit.type_name = {"node"};
  circuit.cell_type.assign(static_cast<std::size_t>(nodes), 0);
  circuit.position.assign(static_cast<std::size_t>(nodes), {0, 0});
  append_common_features(circuit);

  std::vector<double> sum(static_cast<std::size_t>(nodes), 0.0), degree(sum);
  for (const std::int32_t node : ends) degree[static_cast<std::size_t>(node)] += 1;
  for (std::size_t link = 0; link < static_cast<std::size_t>(links); ++link) {
    const auto a = static_cast<std::size_t>(ends[2 * link]), b = static_cast<std::size_t>(ends[2 * link + 1]);
    sum[a] += std::log1p(degree[b]);
    sum[b] += std::log1p(degree[a]);
  }
  circuit.label_name = {"neighbour_degree"};
  circuit.label_unit = "mean log(1 + degree) of the neighbours";
  for (std::size_t i = 0; i < sum.size(); ++i) {
    circuit.label.push_back(static_cast<float>(degree[i] > 0 ? sum[i] / degree[i] : 0));
  }
  return circuit;
}

}  // namespace gsrgnn
