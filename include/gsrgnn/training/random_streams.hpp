#pragma once

/// The streams of random numbers that a training's seed is given out to.

#include <cstdint>

namespace gsrgnn {

/// The initial values of each array of parameters take that array's number, so all others begin beyond any.
enum RandomStream : std::uint64_t {
  kSplitStream = std::uint64_t{1} << 40U,  ///< which cells are trained on
  kBatchStream,                            ///< joint: which circuits make a batch
  kOrderStream,                            ///< joint: the order of the batches, of each epoch by a seed of its own
  kFlipStream,                             ///< from which side the model sees a die
  kRouteStream                             ///< learning routes: initial values, and the order of circuits
};

}  // namespace gsrgnn
