#include <gsrgnn/training/deck.hpp>

namespace gsrgnn {
namespace {

DeckChoices make_choices() {
  DeckChoices all;
  all.mode = {{"independent", Mode::independent}, {"joint", Mode::joint}};
  all.features = {{"maps", FeatureSet::maps}, {"routes", FeatureSet::routes}, {"paper", FeatureSet::paper}};
  all.kind = model_kinds();
  all.residual = {{"sparse", Residual::sparse}, {"dense", Residual::dense}};
  all.adjacency = {{"nets", Adjacency::nets}, {"expanded", Adjacency::expanded}};
  all.nodes = {{"cells", Nodes::cells}, {"gcells", Nodes::gcells}};
  all.relations = {{"nets", RelationSet::nets},
                   {"lattice", RelationSet::lattice},
                   {"nets+lattice", RelationSet::nets_and_lattice},
                   {"nets+bins", RelationSet::nets_and_bins}};
  all.flips = {{"off", Flips::off}, {"on", Flips::on}};
  all.schedule = {{"constant", Schedule::constant}, {"cosine", Schedule::cosine}, {"step", Schedule::step}};
  all.loss = {{"mse", TrainingLoss::mse},
              {"mae", TrainingLoss::mae},
              {"huber", TrainingLoss::huber},
              {"hot", TrainingLoss::hot}};
  for (const SplitUnit unit : {SplitUnit::cells, SplitUnit::gcells, SplitUnit::tiles}) {
    all.split_by.emplace_back(kSplitUnitNames[static_cast<std::size_t>(unit)], unit);
  }
  all.generated_graph = {{"netlist", GeneratedGraph::netlist}, {"barabasi_albert", GeneratedGraph::barabasi_albert}};
  return all;
}

}  // namespace

const DeckChoices& deck_choices() {
  static const DeckChoices all = make_choices();
  return all;
}

}  // namespace gsrgnn
