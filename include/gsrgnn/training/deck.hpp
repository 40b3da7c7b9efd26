#pragma once

/// The deck: everything a training run depends on, in YAML. Strict: unknown keys, wrong types and values out of range
/// are errors that name the line and the cure. See inputs/ for decks and the README for the keys.

#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/models/model_shape.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

struct Deck {
  std::string circuit;     ///< a circuit file or a DEF; empty: generate
  GeneratorSpec generate;  ///< used when `circuit` is empty

  struct Model {
    ModelKind kind = ModelKind::gsr;
    int layers = 12;
    int hidden = 64;
    int groups = 2;                        ///< gsr: 2; rev: 2 or more; gcn and sage: 1
    int k = 8;                             ///< gsr
    Residual residual = Residual::sparse;  ///< gsr
    double dropout = 0;                    ///< rev, gsr
    Adjacency adjacency = Adjacency::nets;
  } model;

  struct Train {
    int epochs = 120;
    double learning_rate = 2e-3;
    std::uint64_t seed = 0;
    double split[3] = {0.8, 0.1, 0.1};  ///< shares of the cells: training, validation, test
  } train;

  std::string output;  ///< the run file
};

/// Reads a deck and applies overrides of the form "section.key=value" (values as in YAML).
/// Throws InputError; its place is FILE:LINE, or the override.
Deck read_deck(const std::string& path, const std::vector<std::string>& overrides);

/// A deck from its text, e.g. of a run file; `place` names it in messages.
Deck parse_deck(const std::string& text, const std::string& place);

/// The deck with every default written out, but for the keys that its kind of model does not have; reading it back
/// gives the same deck.
std::string to_yaml(const Deck& deck);

}  // namespace gsrgnn
