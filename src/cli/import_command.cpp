#include <fmt/format.h>

#include <algorithm>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/circuitnet.hpp>
#include <gsrgnn/circuit/design_formats.hpp>
#include <gsrgnn/cli/commands.hpp>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/cli/tell.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/files.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {
namespace {

void write_imported(Circuit circuit, const std::string& output) {
  order_by_placement(circuit);
  write_circuit(circuit, output);
  print_circuit_line(circuit);
  print_label_line(circuit);
  for (const std::string& note : circuit.note) say("note: {}\n", note);
  say("written to {}\n", output);
}

void import_circuitnet_folder(const CircuitNetOptions& options, const std::string& folder) {
  const Mpi mpi;
  // One list for all: ranks take designs by their place in it.
  std::vector<std::string> designs;
  telling_once(mpi, [&] {
    mpi.require_joined();
    mpi.together([&] {
      if (mpi.rank() == 0) designs = list_circuitnet_designs(options.root);
    });
  });
  designs = broadcast(mpi, designs);
  // A rank that cannot write must still come to the table: the others wait for it there.
  std::vector<CircuitNetRow> own;
  std::string trouble;
  try {
    own = import_circuitnet_dataset(options, designs, folder, static_cast<std::size_t>(mpi.rank()),
                                    static_cast<std::size_t>(mpi.size()));
  } catch (const std::exception& error) {
    trouble = error.what();
  }
  auto rows = join_all(mpi, own);
  const auto troubles = mpi.gather(trouble);
  if (mpi.rank() != 0) return;
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.design < b.design; });
  std::size_t imported = 0;
  say("{:<44}{:>9}{:>9}{:>10}{:>13}\n", "design", "cells", "nets", "pins", "edges");
  for (const CircuitNetRow& row : rows) {
    if (!row.skipped.empty()) {
      say("{:<44}skipped: {}\n", row.design, row.skipped);
      continue;
    }
    ++imported;
    say("{:<44}{:>9}{:>9}{:>10}{:>13}\n", row.design, with_commas(row.counts.cells), with_commas(row.counts.nets),
        with_commas(row.counts.pins), with_commas(row.counts.edges));
  }
  say("{} of {} designs imported into {} by {} rank{}\n", imported, designs.size(), folder, mpi.size(),
      mpi.size() == 1 ? "" : "s");
  flush_output();
  for (const std::string& text : troubles) {
    if (!text.empty()) throw RunError(text);
  }
  if (imported == 0) throw InputError(options.root, "no design could be imported", "see the reasons in the table");
}

const std::map<std::string, CongestionLabel> kCombined = {{"average", CongestionLabel::average},
                                                          {"separate", CongestionLabel::separate}};

/// NAME=MAP of --feature; what is wrong with them, if anything is.
std::string read_feature_maps(const std::vector<std::string>& texts,
                              std::vector<std::pair<std::string, std::string>>& feature_maps) {
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
      return "--feature " + text + ": write it as NAME=MAP";
    }
    feature_maps.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return "";
}

void add_design(const Command& import, Arguments& a, const DesignFormat& format) {
  struct Options {
    ImportOptions design;
    std::vector<std::string> feature_maps;
    Option gcell = nullptr;
  };
  const auto o = std::make_shared<Options>();
  const Command command =
      import.add(format.name, fmt::format("From {} (also gzipped); {}", format.title, format.further));
  command.required(fmt::format("FILE{}", format.extension), &o->design.design, "The design");
  if (format.takes_routes) {
    command.option("--lef", &o->design.lef, "A LEF of the technology (layers, vias) or of cells (sizes, pins)");
    command.option("--guide", &o->design.guide, "A route guide: its routes count, not the design's own");
  }
  command.one_or_two("--label", &o->design.label, "KIND or MAP [MAP]",
                     format.takes_routes
                         ? "wire or overflow: routes / all track capacity, or what power, blockages and macros leave; "
                           "rudy; or one map or two (horizontal, vertical), CSV or congestion report"
                         : "rudy; or one map or two (horizontal, vertical), CSV or congestion report");
  command.choice("--combine", o->design.combine, kCombined, "Both directions: their average, or separate labels");
  command.option("--feature", &o->feature_maps, "NAME=MAP: a further feature, of a map as for --label");
  o->gcell = command.option("--gcell", &o->design.gcell,
                            "Make a grid of square GCells of this side, in the unit of the positions (DEF: microns)");
  command.required("-o,--output", &a.output, "The circuit file to write");
  command.action(
      [o, &a, &format] {
        std::vector<std::string> inputs = o->design.lef;
        inputs.insert(inputs.end(), {o->design.design, o->design.guide});
        inputs.insert(inputs.end(), o->design.label.begin(), o->design.label.end());
        for (const auto& [name, map] : o->design.feature_maps) inputs.push_back(map);
        refuse_overwrite(a.output, inputs);
        write_imported(import_design(format, o->design), a.output);
      },
      [o]() -> std::string {
        if (given(o->gcell) && !(o->design.gcell > 0)) return "--gcell: give the side of a GCell, more than 0";
        return read_feature_maps(o->feature_maps, o->design.feature_maps);
      });
}

void add_circuitnet(const Command& import, Arguments& a) {
  struct Options {
    CircuitNetOptions net;
    std::vector<std::string> feature_maps;
  };
  const auto o = std::make_shared<Options>();
  const Command command = import.add("circuitnet", "From CircuitNet as downloaded, one design or all");
  command.required("--root", &o->net.root, "Folder of the dataset");
  command.option("--design", &o->net.design, "A placement's name; without it, all (mpirun shares them)");
  command.one_or_two("--label", &o->net.label, "MAP [MAP]",
                     "One map or two (horizontal, vertical; .npy, .npz, FILE.npz:ARRAY, a CSV in GCells, or folders "
                     "of a map a design), or rudy");
  command.choice("--combine", o->net.combine, kCombined, "Two maps: their average, or separate labels");
  command.choice("--rule", o->net.rule, {{"max", BoxRule::max}, {"mean", BoxRule::mean}, {"center", BoxRule::center}},
                 "What a cell takes of a map over its box");
  command.option("--resized", &o->net.resized, "Maps were resized, as those of the training set are to 256 x 256");
  command.option("--feature", &o->feature_maps, "NAME=MAP: a further feature, sampled like the label");
  command.required("-o,--output", &a.output, "The circuit file to write, or the folder for all");
  command.action(
      [o, &a] {
        if (o->net.design.empty()) return import_circuitnet_folder(o->net, a.output);
        write_imported(import_circuitnet(o->net), a.output);
      },
      [o] { return read_feature_maps(o->feature_maps, o->net.feature_maps); });
}

}  // namespace

void add_import(const Command& program, Arguments& a) {
  const Command import = program.add("import", "Make a circuit file from a design");
  for (const DesignFormat& format : design_formats()) add_design(import, a, format);
  add_circuitnet(import, a);
}

}  // namespace gsrgnn::cli
