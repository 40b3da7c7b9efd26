#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/cli/print_circuit.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {

void print_circuit_line(const Circuit& circuit) {
  const CircuitCounts counts = count(circuit);
  say("circuit {}: {} cells, {} nets, {} pins, {} edges\n", circuit.name, with_commas(counts.cells),
      with_commas(counts.nets), with_commas(counts.pins), with_commas(counts.edges));
}

void print_label_line(const Circuit& circuit) {
  if (circuit.labels() == 0) {
    say("no label: for prediction only\n");
  } else {
    say("label {} ({})\n", fmt::join(circuit.label_name, ", "), circuit.label_unit);
  }
}

void print_distributions(const CircuitDescription& circuit) {
  double all_edges = 0, all_nets = 0;
  for (const auto& row : circuit.net_sizes) {
    all_edges += static_cast<double>(row.edges);
    all_nets += static_cast<double>(row.nets);
  }
  say("\n{:>12}{:>12}{:>10}{:>10}\n", "pins a net", "nets", "of nets", "of edges");
  for (const auto& row : circuit.net_sizes) {
    say("{:>12}{:>12}{:>9.1f}%{:>9.1f}%\n",
        row.from == row.to ? std::to_string(row.from) : fmt::format("{}-{}", row.from, row.to), with_commas(row.nets),
        100 * static_cast<double>(row.nets) / std::max(all_nets, 1.0),
        100 * static_cast<double>(row.edges) / std::max(all_edges, 1.0));
  }
  for (std::size_t label = 0; label < circuit.label_histogram.size(); ++label) {
    say("\n{:>22}{:>12}\n", circuit.label_name[label], "cells");
    const auto& [least, to, counts] = circuit.label_histogram[label];
    const double from = static_cast<double>(least);
    const double step = (static_cast<double>(to) - from) / static_cast<double>(counts.size());
    const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
    for (std::size_t b = 0; b < counts.size(); ++b) {
      const auto bar = std::lround(static_cast<double>(counts[b]) / most * 40);  // a bar of up to 40
      say("{:>10.4f} .. {:<8.4f}{:>12}  {}\n", from + step * double(b), from + step * double(b + 1),
          with_commas(counts[b]), std::string(static_cast<std::size_t>(bar), '#'));
    }
  }
}

}  // namespace gsrgnn::cli
