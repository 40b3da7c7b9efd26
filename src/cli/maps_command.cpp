#include <fmt/format.h>

#include <filesystem>
#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/text.hpp>
#include <memory>

namespace gsrgnn::cli {
namespace {

struct MapsOptions {
  std::string model, map = "demand_h";
};

void write_maps(const Arguments& a, const MapsOptions& options) {
  std::vector<std::string> inputs = a.lef;
  inputs.insert(inputs.end(), {a.circuit, options.model});
  refuse_overwrite(a.output, inputs);
  const Circuit circuit = open_circuit(a.circuit, a.lef);
  print_circuit_line(circuit);
  Technology technology = circuit.placement.technology;
  if (!options.model.empty()) {
    technology = for_design(read_model(Hdf5Reader(options.model)).technology, circuit.placement.technology);
  }
  const PinPlaces pins = pin_places(circuit, technology);
  const GcellGrid grid = grid_of(circuit);
  say("{} x {} GCells; the places of {} of {} pins of cells are known\n", grid.columns(), grid.rows(),
      with_commas(pins.known), with_commas(circuit.pins()));
  if (std::filesystem::path(a.output).extension() == ".csv") {
    write_map_csv(a.output, placement_maps(circuit, technology), options.map);
  } else {
    gsrgnn::write_maps(a.output, circuit, technology);
  }
  say("written to {}\n", a.output);
}

}  // namespace

void add_maps(const Command& program, Arguments& a) {
  const auto o = std::make_shared<MapsOptions>();
  const Command command =
      program.add("maps", "Write maps of a placement: wire demand, RUDY, density of pins and cells");
  command.required("CIRCUIT", &a.circuit, "A circuit file or a DEF");
  command.option("--lef", &a.lef, "A LEF of the DEF: of the technology or of cells");
  command.option("--model", &o->model, "A run file, whose model knows where pins lie");
  command.option("--map", &o->map, "Which map a .csv gets");
  command.required("-o,--output", &a.output, "The file to write: .h5 with all maps, or .csv with one");
  command.action([o, &a] { write_maps(a, *o); });
}

}  // namespace gsrgnn::cli
