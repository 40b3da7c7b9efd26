#pragma once

/// Generated circuits: placed, clustered netlists of any size, those of the paper's Table 1 by name, and
/// Barabasi-Albert graphs to set them against (the paper's Fig. 5).

#include <gsrgnn/circuit/circuit.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

enum class GeneratedGraph { netlist, barabasi_albert };

struct GeneratorSpec {
  std::int64_t cells = 2000;
  std::int64_t edges = 0;  ///< directed clique edges with multiplicity and one self loop a cell (the Table 1 count);
                           ///< 0: what nets of the usual sizes give, about 40 a cell
  std::uint64_t seed = 0;
  GeneratedGraph graph = GeneratedGraph::netlist;
  std::string like{};  ///< a name of Table 1, whose cells and edges are then taken
};

/// A row of the paper's Table 1.
struct Table1Row {
  const char* name;
  std::int64_t cells, edges;
};
const std::vector<Table1Row>& table1();

/// A circuit of exactly spec.cells cells and of spec.edges edges (exactly; one fewer when spec.edges - spec.cells is
/// odd, which no netlist can give). The same spec gives the same circuit, bit for bit, on every machine.
/// Throws InputError (place "generate") for sizes that cannot be generated and names that are not in Table 1.
Circuit generate(const GeneratorSpec& spec);

/// The netlist of generate(), for a checked spec with edges given; nameless.
///
/// Net sizes, pins a cell, locality and the share of edges that a few very large nets hold are fitted to CircuitNet's
/// 7157-zero-riscy-a and 9276-zero-riscy-b. The label, "congestion", is routing demand over capacity of the cell's
/// GCell, where every net spreads its wire length over the boxes that it spans; it has no noise added.
Circuit generate_netlist(const GeneratorSpec& spec);

/// The graph of generate() that grows by preferential attachment, likewise. Every edge is a net of two pins: the clique
/// graph of such a netlist is the graph itself. Nodes have no place (all at the origin) and one type; the label,
/// "neighbour_degree", is the mean of log(1 + degree) over a node's neighbours.
Circuit generate_barabasi_albert(const GeneratorSpec& spec);

}  // namespace gsrgnn
