#pragma once

/// Rows of a table of runs, made by hand.

#include <gsrgnn/results/results.hpp>

namespace gsrgnn::testing {

inline RunSummary run_row(const std::string& circuit, const std::string& kind, std::int64_t k, std::int64_t layers,
                          std::int64_t seed, double pearson) {
  RunSummary row;
  row.circuit = circuit;
  row.cells = 100;
  row.edges = 1000;
  row.parameters.set("kind", kind);
  row.parameters.set("k", k);
  row.parameters.set("layers", layers);
  row.parameters.set("hidden", 32);
  row.parameters.set("groups", 2);
  row.parameters.set("adjacency", "nets");
  row.parameters.set("epochs", 10);
  row.parameters.set("learning_rate", 1e-3);
  row.parameters.set("seed", seed);
  row.pearson = pearson;
  row.spearman = pearson - 0.1;
  row.kendall = pearson - 0.2;
  row.r2 = pearson * pearson;
  row.validation_pearson = pearson;
  row.execution_space = "Serial";
  row.threads = 1;
  row.status = "done";
  row.name = circuit + "-" + kind + std::to_string(k) + "-" + std::to_string(layers) + "-" + std::to_string(seed);
  return row;
}

}  // namespace gsrgnn::testing
