#include <fmt/format.h>

#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/say.hpp>

namespace gsrgnn::cli {

void add_generate(const Command& program, Arguments& a) {
  const auto spec = std::make_shared<GeneratorSpec>();
  const Command command = program.add("generate", "Make a placed circuit with a congestion label out of nothing");
  const Option like = command.option("--like", &spec->like, "A graph of the paper's Table 1, e.g. 356-R");
  const Option cells = command.option("--cells", &spec->cells, "Cells", like);
  command.option("--edges", &spec->edges, "Edges of the clique graph, self loops included; 0: the usual number", like);
  command.choice("--graph", spec->graph,
                 {{"netlist", GeneratedGraph::netlist}, {"barabasi_albert", GeneratedGraph::barabasi_albert}},
                 "barabasi_albert: an edge list, to compare with");
  command.option("--seed", &spec->seed, "Seed");
  command.required("-o,--output", &a.output, "The circuit file to write");
  command.action(
      [spec, &a] {
        const Circuit circuit = generate_ordered(*spec);
        write_circuit(circuit, a.output);
        print_circuit_line(circuit);
        say("written to {}\n", a.output);
      },
      [=] { return given(like) || given(cells) ? "" : "--like or --cells is required"; });
}

}  // namespace gsrgnn::cli
