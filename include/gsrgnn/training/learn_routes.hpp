#pragma once

/// Learning how a technology's router chooses routes (circuit/soft_routes.hpp) from the training circuits.

#include <gsrgnn/training/training_circuits.hpp>
#include <map>
#include <memory>

namespace gsrgnn {

/// Parameters of SoftRoutes that make its demand most like the labels of the training cells, by the mean square over
/// them: the horizontal and the vertical label, or their mean where there is one label. Adam, an update a circuit, in
/// an order by seed. All ranks must call all of it; all get the same, whatever their number.
class RouteLearner {
 public:
  /// The circuits' eyes (HeldCircuit::eyes) must be set.
  RouteLearner(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits);
  ~RouteLearner();

  std::vector<float> of_all() const;
  /// By design (TrainingCircuits::designs), from training circuits of which it is none: of a circuit that they were
  /// learned from, routes tell more than of any other. Empty: of no training circuit, or of the only one.
  std::vector<std::vector<float>> of_others() const;
  /// Every route as likely as any other.
  std::vector<float> untrained() const;

 private:
  class RoutedCircuit;
  std::vector<float> initial(const std::vector<std::size_t>& designs) const;
  std::vector<float> learn(const std::vector<std::size_t>& designs) const;

  const Mpi& mpi_;
  std::uint64_t seed_;
  std::size_t all_designs_;
  std::vector<std::size_t> designs_;                                 ///< those trained on, on every rank
  std::map<std::size_t, std::unique_ptr<const RoutedCircuit>> own_;  ///< those of this rank
};

}  // namespace gsrgnn
