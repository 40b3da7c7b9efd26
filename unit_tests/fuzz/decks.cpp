// Decks and sweep decks, as text of whatever origin.

#include <algorithm>
#include <cstdlib>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/training/run_parameters.hpp>

#include "fuzz/input_file.hpp"
#include "fuzz/readers.hpp"

namespace gsrgnn::fuzz {
namespace {

/// By turns, for speed: a deck of a run file, which is read in two ways; and one of a user, which is written so that it
/// reads back the same.
bool read_one(std::string_view bytes) {
  if (bytes.size() % 2 == 0) {
    const std::string text(bytes);
    circuit_of_deck(text);
    return accepts([&] { read_run_parameters(text, "input"); });
  }
  return accepts([&] {
    const InputFile file(bytes);
    const std::string resolved = to_yaml(read_deck(file.path(), {}));
    if (to_yaml(parse_deck(resolved, "resolved")) != resolved) std::abort();
  });
}

/// A few values make a hundred thousand runs, of which each is read in time and all are not: not those.
bool read_sweep(std::string_view bytes) {
  if (std::count(bytes.begin(), bytes.end(), ',') + std::count(bytes.begin(), bytes.end(), '-') > 24) return false;
  const InputFile file(bytes);
  return accepts([&] { read_sweep_deck(file.path(), {}); });
}

std::vector<std::string> deck_seeds() {
  return {"circuit: fir.def\nlef: [t.lef, c.lef]\nmodel: {kind: rev, groups: 4, dropout: 0.1}\noutput: a.h5\n",
          "circuit:\n  generate: {cells: 321, edges: 4567, seed: 89, graph: netlist}\n"
          "model: {layers: 3, hidden: 48, k: 5, residual: dense, adjacency: expanded}\n"
          "train: {epochs: 7, learning_rate: 1.5e-4, weight_decay: 0.1, split: [0.7, 0.2, 0.1], split_by: gcells}\n",
          "circuit: {generate: {like: 356-R}}\ntrain:\n  checkpoint: {epochs: 5, minutes: 1}\nmemory_limit: 2GiB\n",
          "mode: joint\ncircuits: {training: [a.def, '#b'], validation: [d], test: [c.h5]}\ntrain: {batch: 3}\n",
          "model: &m {layers: &n 4, hidden: *n, k: 2}\ntrain: {epochs: *n}\n",
          "# nothing\n---\nfeatures: paper\n...\n",
          "output: \"a\\x41\\n\"\ncircuit: |\n  x\n"};
}

std::vector<std::string> sweep_seeds() {
  return {
      "circuit: a.def\nsweep: {layers: [1, 2], model.k: [2, 4], seed: [0, 1]}\noutput: out\n",
      "sweep: {kind: [gsr, rev, gcn], groups: [2], circuit: [a.def, {generate: {cells: 50}}]}\n",
      "sweep: {split: [[0.8, 0.1, 0.1], [0.7, 0.15, 0.15]], learning_rate: [1e-3, 0.002]}\n",
      "mode: joint\nsweep: {circuits: [{training: [a, b], test: [c]}, {training: [a], validation: [b], test: [c]}]}\n",
      "model: &m {k: 4}\nsweep: {hidden: &h [16, 32], epochs: [1]}\n"};
}

}  // namespace

const Reader kDeck = {"deck", read_one, deck_seeds};
const Reader kSweep = {"sweep", read_sweep, sweep_seeds};

}  // namespace gsrgnn::fuzz
