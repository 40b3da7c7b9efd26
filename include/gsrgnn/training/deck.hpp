#pragma once

/// The deck: everything a training run depends on, in YAML. Strict: unknown keys, wrong types and values out of range
/// are errors that name the line and the hint. See inputs/ for decks and the README for the keys.

#include <gsrgnn/circuit/generate.hpp>
#include <gsrgnn/circuit/placement_maps.hpp>
#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/models/model_shape.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/util/error.hpp>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace gsrgnn {

/// One model a circuit, as in the paper; or one model of many circuits.
enum class Mode { independent, joint };

/// How the learning rate goes over a training (learning_rate.hpp).
enum class Schedule { constant, cosine, step };

/// What a training makes small, of the errors of its cells, in units of the label's deviation (kernels/cell_loss.hpp).
enum class TrainingLoss {
  mse,    ///< the mean square
  mae,    ///< the mean size
  huber,  ///< the square of small errors, the size of large ones
  hot,    ///< the mean square, in which a cell whose label is z deviations above the mean counts 1 + z times
};

/// How many layers keep what backward needs (ModelShape::kept_layers).
enum class Keep { fit /* the memory_limit, or half of what is free */, all, none };

constexpr int kMostLayers = 100000;
/// Layers times groups: a plan looks at every block.
constexpr int kMostBlocks = 2 * kMostLayers;

struct Deck {
  Mode mode = Mode::independent;
  std::string circuit;     ///< independent: a circuit file or a design; empty: generate
  GeneratorSpec generate;  ///< used when `circuit` is empty

  /// joint: circuit files and DEFs, each in one list.
  struct Circuits {
    std::vector<std::string> training;
    std::vector<std::string>
        validation;                 ///< these choose the epoch; none: a share of the training circuits' cells does
    std::vector<std::string> test;  ///< held out for the scores
  } circuits;

  std::vector<std::string> lef;  ///< LEFs of the DEFs: of the technology, of the cells
  FeatureSet features = FeatureSet::maps;

  ModelSettings model;

  struct Train {
    int epochs = 120;
    double learning_rate = 2e-3;
    Schedule schedule = Schedule::constant;
    int warm_up = 0;  ///< epochs
    double weight_decay = 0;
    double clip = 0;  ///< the largest norm of the gradient of a block of parameters; 0: any
    TrainingLoss loss = TrainingLoss::mse;
    int patience = 0;       ///< epochs without a better one after which it ends; 0: it does not
    std::string from;       ///< a run file, whose model the training starts from (ancestor.hpp); empty: from scratch
    double body_rate = 1;   ///< with `from`: the learning rate of all but the readout, as a share of it; 0: frozen
    double from_share = 0;  ///< with `from`: what that model's weights count in those that are kept, a mean of both
    std::uint64_t seed = 0;
    /// Shares of the cells: training, validation, test. Joint: of each training circuit's cells, training and
    /// validation, {0.9, 0.1, 0} unless given; not used when there are validation circuits.
    double split[3] = {0.8, 0.1, 0.1};
    SplitUnit split_by = SplitUnit::tiles;
    int batch = 0;  ///< joint: training circuits an update; 0: all
  } train;

  /// train.checkpoint: how often a training keeps its state, by either of the two; 0: not by this one. It has no
  /// influence on the result, and so is no part of the resolved deck.
  struct Checkpoint {
    int epochs = 0;
    double minutes = 10;
    bool keep = false;  ///< the last one stays when the training is done, to train longer from it; not of sweeps
  } checkpoint;

  /// Bytes of the device's memory that a training may take; 0: what the device has free. No part of the resolved deck
  /// either.
  std::int64_t memory_limit = 0;
  Keep keep = Keep::fit;  ///< nor is this

  std::string output;  ///< the run file
};

/// What a key is to those who compare runs.
enum class KeyRole {
  axis,        ///< runs are laid out by it, and named by it
  further,     ///< what else may be varied; in a run's name when it is not the default
  repetition,  ///< runs that differ in it alone are repetitions
};

/// A key on which a deck's result depends.
struct DeckKey {
  const char *section, *name;  ///< section "": the deck's top
  const char* help;
  const char* prefix;  ///< of its value in a run's name; none: it is not in there
  KeyRole role;
  int column;  ///< its place in the table of runs, whose columns never change their order
  /// Whether decks of this kind and mode have it. Where not it is read, checked and put to rest, so that a sweep over
  /// kinds can give the keys of all.
  bool (*had)(const ModelTraits& kind, Mode mode);
  /// What resolved decks and results had that lack it, because they are older; null: none lacks it. Where that is the
  /// default too it goes without saying.
  const char* before = nullptr;

  std::string path() const { return *section == 0 ? name : fmt::format("{}.{}", section, name); }
  /// Whether it is the one of that path.
  bool is(std::string_view path_of_key) const {
    const std::string_view of_section(section);
    const std::size_t start = of_section.empty() ? 0 : of_section.size() + 1;
    return path_of_key.size() > start && path_of_key.substr(start) == name &&
           (start == 0 || (path_of_key[start - 1] == '.' && path_of_key.substr(0, start - 1) == of_section));
  }
};

// What its values can be.
template <class T>
struct Range {
  T least, most;
};
template <class Enum>
using Choices = std::vector<std::pair<std::string, Enum>>;
/// Of every key that has them.
struct DeckChoices {
  Choices<Mode> mode;
  Choices<FeatureSet> features;
  Choices<ModelKind> kind;
  Choices<Residual> residual;
  Choices<Adjacency> adjacency;
  Choices<Nodes> nodes;
  Choices<RelationSet> relations;
  Choices<Flips> flips;
  Choices<Schedule> schedule;
  Choices<TrainingLoss> loss;
  Choices<SplitUnit> split_by;
  Choices<GeneratedGraph> generated_graph;  ///< circuit.generate.graph
};
const DeckChoices& deck_choices();

struct Shares {};  ///< as many as the mode has parts
struct Path {};    ///< of a file; empty: none

/// Calls visit(key, rule, member of each of the decks) for every key: the one table from which reading, checking,
/// writing, saving, sweeping, naming and comparing runs follow. The rule is a Range, Choices, Shares or Path.
template <class Visit, class... Decks>
void for_each_key(const Visit& visit, Decks&... deck) {
  using Role = KeyRole;
  constexpr auto always = [](const ModelTraits&, Mode) { return true; };
  constexpr auto groups = [](const ModelTraits& kind, Mode) { return kind.groups(); };
  constexpr auto k = [](const ModelTraits& kind, Mode) { return kind.k; };
  constexpr auto residual = [](const ModelTraits& kind, Mode) { return kind.residual; };
  constexpr auto dropout = [](const ModelTraits& kind, Mode) { return kind.dropout; };
  constexpr auto relations = [](const ModelTraits& kind, Mode) { return kind.relations; };
  constexpr auto joint = [](const ModelTraits&, Mode mode) { return mode == Mode::joint; };
  constexpr auto kSeeds = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const DeckChoices& choices = deck_choices();
  const auto key = [](const char* section, const char* name, const char* help, const char* prefix, KeyRole role,
                      int column, bool (*had)(const ModelTraits&, Mode), const char* before = nullptr) {
    return DeckKey{section, name, help, prefix, role, column, had, before};
  };
  const auto model = [&](auto... of_key) { return key("model", of_key...); };
  const auto train = [&](auto... of_key) { return key("train", of_key...); };
  visit(key("", "mode", "one model of one circuit, or of many", nullptr, Role::further, 12, always, "independent"),
        choices.mode, deck.mode...);
  visit(key("", "features", "maps of the placement, with routes learned too; or the circuit's own alone", "",
            Role::further, 15, always, "paper"),
        choices.features, deck.features...);
  visit(model("kind", "of model", "", Role::axis, 0, always), choices.kind, deck.model.kind...);
  visit(model("layers", "of gsr each has two blocks, of rev one a group", "L", Role::axis, 1, always),
        Range<int>{0, kMostLayers}, deck.model.layers...);
  visit(model("hidden", "width", "D", Role::axis, 2, always), Range<int>{2, 65536}, deck.model.hidden...);
  visit(model("groups", "rev: any divisor of hidden from 2 on; gsr: 2", "C", Role::further, 3, groups),
        Range<int>{1, 65536}, deck.model.groups...);
  visit(model("k", "values kept a row, at most hidden / groups", "k", Role::axis, 4, k), Range<int>{1, 65536},
        deck.model.k...);
  visit(model("residual", "gsr: X1' = scatter(V1, I1) + f2, or X1 + f2", "", Role::further, 5, residual),
        choices.residual, deck.model.residual...);
  visit(model("adjacency", "messages through the nets, or over the clique's edges", "", Role::further, 6, always),
        choices.adjacency, deck.model.adjacency...);
  visit(model("nodes", "of the graph: the cells, or the GCells of the design", "", Role::further, 23, always, "cells"),
        choices.nodes, deck.model.nodes...);
  visit(
      model("relations", "on which messages pass: nets, the lattice of GCells, both, or nets and bins of cells nearby",
            "", Role::further, 24, relations, "nets"),
      choices.relations, deck.model.relation_set...);
  visit(model("flips", "lattice: train on the die and its flips, predict their mean", "flips_", Role::further, 25,
              relations, "off"),
        choices.flips, deck.model.flips...);
  visit(model("dropout", "share of the values dropped in training", "p", Role::further, 7, dropout),
        Range<double>{0, 0.99}, deck.model.dropout...);
  visit(train("epochs", "over all circuits", "e", Role::further, 8, always), Range<int>{1, 10000000},
        deck.train.epochs...);
  visit(train("learning_rate", "of Adam", "lr", Role::further, 9, always), Range<double>{1e-12, 1e3},
        deck.train.learning_rate...);
  visit(train("schedule", "of the learning rate: as it is, down to 0 in half a cosine, or to a tenth twice", "",
              Role::further, 17, always, "constant"),
        choices.schedule, deck.train.schedule...);
  visit(train("warm_up", "epochs in which the learning rate rises from 0", "w", Role::further, 18, always, "0"),
        Range<int>{0, 10000000}, deck.train.warm_up...);
  visit(train("weight_decay", "decoupled from the gradient, as in AdamW", "wd", Role::further, 14, always, "0"),
        Range<double>{0, 1e3}, deck.train.weight_decay...);
  visit(train("clip", "largest norm of the gradient of a block of parameters; 0: any", "clip", Role::further, 20,
              always, "0"),
        Range<double>{0, 1e30}, deck.train.clip...);
  visit(train("loss", "of a cell's error: squared, its size, either by size, squared with hot cells counting more", "",
              Role::further, 21, always, "mse"),
        choices.loss, deck.train.loss...);
  visit(train("patience", "epochs without a better validation Pearson after which it ends; 0: it does not", "pat",
              Role::further, 22, always, "0"),
        Range<int>{0, 10000000}, deck.train.patience...);
  visit(train("from", "the run file of a model to start from", "from", Role::further, 19, always, ""), Path{},
        deck.train.from...);
  visit(train("body_rate", "with from: the learning rate of all but the output layer, as a share; 0: frozen", "body",
              Role::further, 26, always, "1"),
        Range<double>{0, 1}, deck.train.body_rate...);
  visit(train("from_share", "with from: what that model's weights count in those kept, a mean of both", "share",
              Role::further, 27, always, "0"),
        Range<double>{0, 1}, deck.train.from_share...);
  visit(train("seed", "of initial values, split and dropout", "s", Role::repetition, 11, always),
        Range<std::uint64_t>{0, kSeeds}, deck.train.seed...);
  visit(train("split", "shares of the cells: training, validation, test", nullptr, Role::further, 10, always), Shares{},
        deck.train.split...);
  visit(train("split_by", "what has one part: single cells, those of a GCell, of a block of GCells", "", Role::further,
              16, always, "cells"),
        choices.split_by, deck.train.split_by...);
  visit(train("batch", "joint: training circuits an update; 0: all", "b", Role::further, 13, joint),
        Range<int>{0, 10000000}, deck.train.batch...);
}

/// A value as decks and tables have it.
template <class T>
std::string value_text(const Range<T>& /*rule*/, const T& value) {
  return fmt::format("{}", value);
}
inline std::string value_text(const Path& /*rule*/, const std::string& value) {
  return value;
}
template <class Enum>
std::string value_text(const Choices<Enum>& choices, const Enum& value) {
  for (const auto& [name, meaning] : choices) {
    if (meaning == value) return name;
  }
  return "";
}

/// The keys, what they can be and what they are if left out: a line each.
std::string describe_keys();

/// The keys of a section, in their order.
std::vector<std::string> keys_of(const std::string& section);

/// Reads a deck and applies overrides of the form "section.key=value" (values as in YAML).
/// Throws InputError; its place is FILE:LINE, or the override.
Deck read_deck(const std::string& path, const std::vector<std::string>& overrides);

/// A deck from its text, e.g. of a run file; `place` names it in messages.
Deck parse_deck(const std::string& text, const std::string& place);

/// The deck with every default written out, but for train.checkpoint, memory_limit, keep and the keys that its kind of
/// model does not have; reading it back gives a deck of the same result.
std::string to_yaml(const Deck& deck);

/// Opens or generates the circuit of an independent deck; throws InputError. Of a joint deck see training_circuits.hpp.
Circuit open_circuit(const Deck& deck);
/// The circuit's place in messages: the file's path, or the deck's section that tells how to generate it.
std::string circuit_place(const Deck& deck);
/// A text that is equal for two decks, joint ones too, when their circuits are.
std::string circuit_key(const Deck& deck);

/// All that a deck's result depends on: its YAML with "." for the output. Equal for runs that are the same.
std::string deck_identity(const Deck& deck);
/// Of a resolved deck's text, e.g. that of a run file.
std::string deck_identity(const std::string& text, const std::string& place);

}  // namespace gsrgnn
