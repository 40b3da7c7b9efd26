#pragma once

/// The learning rate over a training: linear warm-up, then constant; or half a cosine down to 0 (Loshchilov and Hutter,
/// "SGDR: Stochastic gradient descent with warm restarts", 2017, Eq. 5, without restarts); or in steps, a tenth from
/// half of what is left on and a hundredth from three quarters (Huang et al., "Densely connected convolutional
/// networks", 2017, Section 4.2).

#include <gsrgnn/training/deck.hpp>

namespace gsrgnn {

/// Of update `number`, counted from 1, when an epoch has `an_epoch` of them. It depends on nothing else, so that a
/// training that is resumed goes on with the same. Warm-up of all epochs or more never gets to the schedule.
double learning_rate(const Deck& deck, std::int64_t number, std::int64_t an_epoch);

}  // namespace gsrgnn
