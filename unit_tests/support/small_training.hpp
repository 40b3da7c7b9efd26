#pragma once

/// A training of a few seconds at most, shared by the tests of training and of the program.

#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/training/trainer.hpp>

namespace gsrgnn::testing {

inline Circuit small_circuit(std::int64_t cells = 400, std::uint64_t seed = 1) {
  GeneratorSpec spec;
  spec.cells = cells;
  spec.seed = seed;
  return generate(spec);
}

/// A second label: what a cell's neighbours tell of it is another matter than of the first.
inline Circuit small_circuit_with_two_labels() {
  Circuit circuit = small_circuit();
  std::vector<float> label;
  for (std::int64_t i = 0; i < circuit.cells(); ++i) {
    label.push_back(circuit.label[i]);
    label.push_back(static_cast<float>(100 + circuit.position[i][0] - 2 * circuit.position[i][1]));
  }
  circuit.label = label;
  circuit.label_name = {"first", "second"};
  return circuit;
}

/// As in the paper: features of the cells alone, and single cells held out, so that plain loops can follow it.
inline Deck small_deck() {
  Deck deck;
  deck.features = FeatureSet::paper;
  deck.train.split_by = SplitUnit::cells;
  deck.model.layers = 3;
  deck.model.hidden = 32;
  deck.model.k = 4;
  deck.train.epochs = 30;
  deck.train.learning_rate = 5e-3;
  deck.train.split[0] = 0.6;
  deck.train.split[1] = deck.train.split[2] = 0.2;
  deck.output = "run.h5";
  return deck;
}

inline TrainedRun train_one(const Deck& deck, const Circuit& circuit, const ReportProgress& report = ReportProgress(),
                            const TrainingState* from = nullptr, const BetweenEpochs& between = BetweenEpochs()) {
  return train(Mpi::alone(), deck, one_circuit(deck, circuit, "test"), report, from, between);
}
inline MemoryUse validate_one(const Deck& deck, const Circuit& circuit, const std::string& place = "test") {
  return validate_training(Mpi::alone(), deck, one_circuit(deck, circuit, place));
}
inline void write_one(const std::string& path, const Deck& deck, const Circuit& circuit, const TrainedRun& run) {
  write_run(path, deck, one_circuit(deck, circuit, path), run);
}

}  // namespace gsrgnn::testing
