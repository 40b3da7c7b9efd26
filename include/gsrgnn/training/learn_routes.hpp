#pragma once

/// Learning how a technology's router chooses routes (circuit/soft_routes.hpp) from the training circuits.

#include <gsrgnn/training/training_circuits.hpp>

namespace gsrgnn {

/// Parameters of SoftRoutes that make its demand most like the labels of the training cells, by the mean square over
/// them: the horizontal and the vertical label, or their mean where there is one label. Adam, an update a circuit, in
/// an order by seed. All ranks must call it; all get the same, whatever their number.
std::vector<float> learn_routes(const Mpi& mpi, const Deck& deck, const TrainingCircuits& circuits);

}  // namespace gsrgnn
