#pragma once

/// What a training trains on: one circuit and a split of its cells; or, of a joint training, several circuits, dealt to
/// MPI ranks, and what one model for all of them has to know.
///
/// Every rank knows the list; the circuits themselves are held by one rank each, for good. Updates are made from
/// batches of training circuits, which seed and deck fix, whatever the number of ranks: the circuits of a batch are
/// dealt so that the ranks have equal work in it (longest first, by the cost model), then the held-out ones so that
/// they have in all.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/training/ancestor.hpp>
#include <gsrgnn/training/model_nodes.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <gsrgnn/training/split.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <memory>
#include <string>
#include <vector>

namespace gsrgnn {

/// How gradients become updates.
enum class UpdateRule {
  by_block,  ///< of one circuit: a block's parameters as soon as its gradient is there, which is never whole
  exact,     ///< of several: by gradients summed over ranks and circuits, exactly, so that no order matters
};

/// One circuit, as every rank knows it.
struct TrainingDesign {
  std::string path, name;
  Part part = Part::training;
  CircuitCounts counts;  ///< on ranks that do not hold it: cells, nets, pins and edges
  CircuitCounts nodes;   ///< of the graph that the model sees; of the rank that holds it
  std::int64_t training_cells = 0, validation_cells = 0;  ///< by the split, or all of the circuit or none
  int batch = 0;                                          ///< of a training circuit
  int rank = 0;                                           ///< which holds it
};

/// One circuit on the rank that holds it.
struct HeldCircuit {
  std::size_t design = 0;  ///< index into TrainingCircuits::designs
  std::shared_ptr<const Circuit> circuit;
  Technology eyes;  ///< with which the model sees it
  ModelNodes nodes;
  ModelInputs inputs;           ///< of the nodes
  std::vector<float> label;     ///< N x O, in units of SavedModel::label
  std::vector<float> start;     ///< nodes x O: what SavedModel::start says of them, likewise; the model learns the rest
  std::vector<float> weight;    ///< nodes x O: what an error counts (ModelNodes::weights()); empty: all the same
  std::vector<float> best_map;  ///< N x O: the same of the cells, whether the model starts from it or not
  std::vector<std::uint8_t> part;  ///< N: of each cell; of a held-out circuit all that of the circuit
};

struct TrainingCircuits {
  std::vector<TrainingDesign> designs;  ///< training, validation, test; each in the deck's order
  int batches = 1;
  UpdateRule rule = UpdateRule::exact;
  std::vector<HeldCircuit> held;  ///< of this rank, by design
  /// Shape, names and standardisation of the model, without parameters: features standardised over all nodes of the
  /// training circuits, labels over their training cells; the cell types of all training circuits, by name. With
  /// train.from that model, parameters too (ancestor.hpp).
  SavedModel model;
  std::string ancestor;  ///< of that its hash; empty: from scratch
  MapLine best_map;      ///< of the training cells
  bool routes_hold =
      true;              ///< features: routes are learned ones; no: untrained, for learned ones tell no more than maps
  CircuitCounts counts;  ///< sums over the training circuits
  std::string name;      ///< of the circuit, or of those held out as a test, joined by "+"
  std::string hash;      ///< content_hash() of all circuits

  const TrainingDesign& design_of(const HeldCircuit& circuit) const { return designs[circuit.design]; }
};

/// One circuit, which must live as long as what is returned, with a split of its cells. `place` names it in messages.
/// Throws InputError when it has no label, or none that varies.
TrainingCircuits one_circuit(const Deck& deck, const Circuit& circuit, const std::string& place);

/// The circuits of an update, dealt: for the numbers of what is given, the rank of each. `load` is what each rank has
/// in all, and is added to.
std::vector<int> deal(const std::vector<double>& seconds, std::vector<double>& load);

/// Opens, deals and standardises the deck's circuits. All ranks must call it; throws on all of them InputError when a
/// circuit cannot be opened, has no label or not those of the first, lacks a feature of the first, or is in the deck
/// under two names.
TrainingCircuits open_circuits(const Mpi& mpi, const Deck& deck);

}  // namespace gsrgnn
