#pragma once

/// What a finished run was made with, as its resolved deck says: the columns by which runs are told apart.

#include <cstdint>
#include <string>

namespace gsrgnn {

/// A key that the deck lacks, because it means nothing for its kind of model or was unknown to the program that wrote
/// it, is 0 or empty.
struct RunParameters {
  std::string kind;
  std::int64_t layers = 0, hidden = 0, groups = 0, k = 0;
  std::string residual, adjacency;
  double dropout = 0;
  std::int64_t epochs = 0;
  double learning_rate = 0;
  std::string split;  ///< "0.8/0.1/0.1"
  std::int64_t seed = 0;
  std::string mode = "independent";
  std::int64_t batch = 0;  ///< joint
};

/// Calls visit(name, value) for each parameter, in the order of the table of runs.
template <class Parameters, class Visit>
void for_each_parameter(Parameters& p, const Visit& visit) {
  visit("kind", p.kind);
  visit("layers", p.layers);
  visit("hidden", p.hidden);
  visit("groups", p.groups);
  visit("k", p.k);
  visit("residual", p.residual);
  visit("adjacency", p.adjacency);
  visit("dropout", p.dropout);
  visit("epochs", p.epochs);
  visit("learning_rate", p.learning_rate);
  visit("split", p.split);
  visit("seed", p.seed);
  visit("mode", p.mode);
  visit("batch", p.batch);
}

/// Reads them from the text of a resolved deck. Unlike read_deck it asks for no key and minds none that it does not
/// know. Throws InputError (its place is `place`) when the text is no deck.
RunParameters read_run_parameters(const std::string& deck, const std::string& place);

/// What a resolved deck calls its circuit: the file's name without folder and ending, the graph to generate, or
/// nothing; of a joint deck those of the test circuits, joined by "+". For runs that ended before they had one.
std::string circuit_of_deck(const std::string& deck);

}  // namespace gsrgnn
