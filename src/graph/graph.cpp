#include <algorithm>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>

namespace gsrgnn {
namespace {

std::vector<double> inverse_degrees(const Circuit& circuit) {
  std::vector<double> inverse;
  inverse.reserve(circuit.cells());
  for (const std::int64_t degree : clique_degree(circuit)) inverse.push_back(1.0 / static_cast<double>(degree + 1));
  return inverse;
}

/// The nets' cells, those of the long nets moved behind the others and cut into pieces.
void append_nets(const Circuit& circuit, NetArrays& a) {
  const auto append = [&](std::int64_t first, std::int64_t last) {
    a.net_cell.insert(a.net_cell.end(), circuit.net_cell.begin() + first, circuit.net_cell.begin() + last);
    a.net_offset.push_back(static_cast<int>(a.net_cell.size()));
  };
  a.net_cell.reserve(circuit.net_cell.size());
  a.net_offset.push_back(0);
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const std::int64_t first = circuit.net_offset[n], last = circuit.net_offset[n + 1];
    const bool is_long = last - first > kNetPiece;
    if (is_long) a.long_net.push_back(static_cast<int>(n));
    append(first, is_long ? first : last);
  }
  a.long_net_offset.push_back(static_cast<int>(circuit.nets()));
  for (const int n : a.long_net) {
    const std::int64_t last = circuit.net_offset[n + 1];
    for (auto first = circuit.net_offset[n]; first < last; first += kNetPiece) {
      append(first, std::min<std::int64_t>(first + kNetPiece, last));
    }
    a.long_net_offset.push_back(static_cast<int>(a.net_offset.size() - 1));
  }
}

}  // namespace

NetArrays net_arrays(const Circuit& circuit) {
  NetArrays a;
  append_nets(circuit, a);
  a.cell_offset.assign(circuit.cells() + 1, 0);
  for (const int cell : circuit.net_cell) ++a.cell_offset[cell + 1];
  for (std::int64_t i = 0; i < circuit.cells(); ++i) a.cell_offset[i + 1] += a.cell_offset[i];
  a.cell_net.resize(circuit.pins());
  std::vector<int> next(a.cell_offset.begin(), a.cell_offset.end() - 1);
  for (int n = 0; n < circuit.nets(); ++n) {
    for (auto p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p)
      a.cell_net[next[circuit.net_cell[p]]++] = n;
  }
  // The nets of a cell ascend, so the pins of one net stand together: B[i,n] is the length of a run.
  a.self_weight.assign(circuit.cells(), 1.0);
  for (std::int64_t i = 0; i < circuit.cells(); ++i) {
    for (int first = a.cell_offset[i]; first < a.cell_offset[i + 1];) {
      int last = first;
      while (last < a.cell_offset[i + 1] && a.cell_net[last] == a.cell_net[first]) ++last;
      a.self_weight[i] -= static_cast<double>(last - first) * static_cast<double>(last - first);
      first = last;
    }
  }
  a.inverse_degree = inverse_degrees(circuit);
  return a;
}

EdgeArrays edge_arrays(const Circuit& circuit) {
  const NetArrays nets = net_arrays(circuit);
  const auto degree = clique_degree(circuit);
  EdgeArrays a;
  a.offset.assign(circuit.cells() + 1, 0);
  std::int64_t edges = 0;
  for (std::int64_t i = 0; i < circuit.cells(); ++i) {
    edges += degree[i] + 1;
    if (edges > std::numeric_limits<int>::max()) {
      throw InputError(circuit.name, "the expanded graph has more than 2^31 edges", "use model.adjacency: nets");
    }
    a.offset[i + 1] = static_cast<int>(edges);
  }
  a.neighbour.reserve(edges);
  for (int i = 0; i < circuit.cells(); ++i) {
    a.neighbour.push_back(i);
    for (int q = nets.cell_offset[i]; q < nets.cell_offset[i + 1]; ++q) {
      const int n = nets.cell_net[q];
      for (auto p = circuit.net_offset[n]; p < circuit.net_offset[n + 1]; ++p) {
        if (circuit.net_cell[p] != i) a.neighbour.push_back(circuit.net_cell[p]);
      }
    }
  }
  a.inverse_degree = inverse_degrees(circuit);
  return a;
}

}  // namespace gsrgnn
