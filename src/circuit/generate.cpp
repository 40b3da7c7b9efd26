#include <algorithm>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

constexpr std::int64_t kMostCells = 50'000'000;
constexpr std::int64_t kNaturalEdges = 39;  // a cell, besides its loop

/// The edges, loops included, that a circuit gets when none are asked for: few cells have small nets only.
std::int64_t natural_edges(std::int64_t cells) {
  return std::min(cells * (1 + std::min(kNaturalEdges, 4 + cells / 10)), cells * cells);
}

/// The cells and edges that the spec's name stands for.
void take_size_of(const std::string& name, GeneratorSpec& spec) {
  std::vector<std::string> names;
  for (const Table1Row& row : table1()) {
    if (row.name == name) {
      spec.cells = row.cells;
      spec.edges = row.edges;
      return;
    }
    names.emplace_back(row.name);
  }
  const std::string near = nearest(name, names), known = fmt::format("known are {}", fmt::join(names, ", "));
  throw InputError("generate", fmt::format("'{}' is not a graph of the paper's Table 1", name),
                   near.empty() ? known : fmt::format("did you mean {}? Else {}", near, known));
}

void check(const GeneratorSpec& spec) {
  if (spec.cells < 2 || spec.cells > kMostCells) {
    throw InputError("generate", fmt::format("{} cells cannot be generated", spec.cells),
                     fmt::format("ask for 2 to {} cells", kMostCells));
  }
  if (spec.edges != 0 && (spec.edges < spec.cells || spec.edges > spec.cells * spec.cells)) {
    throw InputError("generate", fmt::format("{} edges cannot be reached with {} cells", spec.edges, spec.cells),
                     fmt::format("ask for {} (self loops alone) to {} edges (all cells on one net), or for 0 to have "
                                 "about {}",
                                 spec.cells, spec.cells * spec.cells, natural_edges(spec.cells)));
  }
}

std::string name_of(const GeneratorSpec& spec) {
  const char* const kind = spec.graph == GeneratedGraph::netlist ? "generated" : "barabasi-albert";
  if (!spec.like.empty()) return fmt::format("{}-{}-s{}", spec.like, kind, spec.seed);
  if (spec.edges == 0) return fmt::format("{}-{}-s{}", kind, spec.cells, spec.seed);
  return fmt::format("{}-{}-{}-s{}", kind, spec.cells, spec.edges, spec.seed);
}

}  // namespace

const std::vector<Table1Row>& table1() {
  static const std::vector<Table1Row> rows = {
      {"5324-F", 69800, 22500000}, {"4474-F", 65300, 21800000}, {"876-R", 49600, 12200000}, {"1522-R", 49500, 12200000},
      {"1886-R", 49100, 11700000}, {"639-R", 49100, 11700000},  {"356-R", 49000, 11700000}, {"6859-F", 44300, 2700000},
      {"6227-F", 43400, 2700000},  {"7157-R", 38700, 6800000}};
  return rows;
}

Circuit generate(const GeneratorSpec& asked) {
  GeneratorSpec spec = asked;
  if (!spec.like.empty()) take_size_of(spec.like, spec);
  check(spec);
  const std::string name = name_of(spec);
  if (spec.edges == 0) spec.edges = natural_edges(spec.cells);
  Circuit circuit = spec.graph == GeneratedGraph::netlist ? generate_netlist(spec) : generate_barabasi_albert(spec);
  circuit.name = name;
  circuit.source = "generated";
  return circuit;
}

}  // namespace gsrgnn
