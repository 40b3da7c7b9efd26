#pragma once

/// The deck: everything a training run depends on, in YAML. Strict: unknown keys, wrong types and values out of range
/// are errors that name the line and the cure. See inputs/ for decks and the README for the keys.

#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/models/model_shape.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// One model a circuit, as in the paper; or one model of many circuits.
enum class Mode { independent, joint };

struct Deck {
  Mode mode = Mode::independent;
  std::string circuit;     ///< independent: a circuit file or a DEF; empty: generate
  GeneratorSpec generate;  ///< used when `circuit` is empty

  /// joint: circuit files and DEFs, each in one list.
  struct Circuits {
    std::vector<std::string> training;
    std::vector<std::string>
        validation;                 ///< these choose the epoch; none: a share of the training circuits' cells does
    std::vector<std::string> test;  ///< held out for the scores
  } circuits;

  ModelSettings model;

  struct Train {
    int epochs = 120;
    double learning_rate = 2e-3;
    std::uint64_t seed = 0;
    /// Shares of the cells: training, validation, test. Joint: of each training circuit's cells, training and
    /// validation, {0.9, 0.1, 0} unless given; not used when there are validation circuits.
    double split[3] = {0.8, 0.1, 0.1};
    int batch = 0;  ///< joint: training circuits an update; 0: all
  } train;

  /// train.checkpoint: how often a training keeps its state, by either of the two; 0: not by this one. It has no
  /// influence on the result, and so is no part of the resolved deck.
  struct Checkpoint {
    int epochs = 0;
    double minutes = 10;
  } checkpoint;

  /// Bytes of the device's memory that a training may take; 0: what the device has free. No part of the resolved deck
  /// either.
  std::int64_t memory_limit = 0;

  std::string output;  ///< the run file
};

constexpr int kMostLayers = 100000;

/// Reads a deck and applies overrides of the form "section.key=value" (values as in YAML).
/// Throws InputError; its place is FILE:LINE, or the override.
Deck read_deck(const std::string& path, const std::vector<std::string>& overrides);

/// A deck from its text, e.g. of a run file; `place` names it in messages.
Deck parse_deck(const std::string& text, const std::string& place);

/// The deck with every default written out, but for train.checkpoint, memory_limit and the keys that its kind of model
/// does not have; reading it back gives a deck of the same result.
std::string to_yaml(const Deck& deck);

/// All that a deck's result depends on: its YAML with "." for the output. Equal for runs that are the same.
std::string deck_identity(const Deck& deck);
/// Of a resolved deck's text, e.g. that of a run file.
std::string deck_identity(const std::string& text, const std::string& place);

}  // namespace gsrgnn
