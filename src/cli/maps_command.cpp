#include <fmt/format.h>

#include <gsrgnn/circuit/maps_file.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/output_format.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/text.hpp>
#include <memory>

namespace gsrgnn::cli {
namespace {

struct MapsOptions {
  std::string model, map;
};

constexpr const char* kUsualMap = "demand_h";

void write_maps(const Arguments& a, const MapsOptions& options) {
  const OutputFormat format = output_format(a.output, {OutputFormat::hdf5, OutputFormat::csv, OutputFormat::png});
  if (format == OutputFormat::hdf5 && !options.map.empty()) {
    throw InputError("--map " + options.map, "chooses the map of a .csv or .png, and a .h5 has them all",
                     "leave it out, or name the output .csv or .png");
  }
  std::vector<std::string> inputs = a.lef;
  inputs.insert(inputs.end(), {a.circuit, options.model});
  refuse_overwrite(a.output, inputs);
  const Circuit circuit = open_circuit(a.circuit, a.lef);
  print_circuit_line(circuit);
  Technology technology = circuit.placement.technology, of_model;
  if (!options.model.empty()) {
    of_model = read_model(Hdf5Reader(options.model)).technology;
    technology = for_design(of_model, circuit.placement.technology);
  }
  const PinPlaces pins = pin_places(circuit, technology);
  const GcellGrid grid = grid_of(circuit);
  say("{} x {} GCells; the places of {} of {} pins of cells are known\n", grid.columns(), grid.rows(),
      with_commas(pins.known), with_commas(circuit.pins()));
  if (format == OutputFormat::hdf5) {
    gsrgnn::write_maps(a.output, circuit, technology, of_model);
  } else {
    const PlacementMaps maps = placement_maps(circuit, technology);
    const PlacementMap& map = find_map(maps, options.map.empty() ? kUsualMap : options.map);
    if (format == OutputFormat::csv) {
      write_map_csv(a.output, maps.grid, {{map.name, map.value}});
    } else {
      write_map_png(a.output, maps.grid, map.value);
    }
  }
  say("written to {}\n", a.output);
}

}  // namespace

void add_maps(const Command& program, Arguments& a) {
  const auto o = std::make_shared<MapsOptions>();
  const Command command =
      program.add("maps", "Write maps of a placement: wire demand, RUDY, density of pins and cells");
  command.required("CIRCUIT", &a.circuit, "A circuit file or a design (DEF, Bookshelf .aux)");
  command.option("--lef", &a.lef, "A LEF of the DEF: of the technology or of cells");
  command.option("--model", &o->model, "A run file, whose model knows where pins lie");
  command.option("--map", &o->map, "Which map a .csv or .png shows, demand_h if left out");
  command.required("-o,--output", &a.output, "The file to write: .h5 with all maps, .csv or .png with one");
  command.action([o, &a] { write_maps(a, *o); });
}

}  // namespace gsrgnn::cli
