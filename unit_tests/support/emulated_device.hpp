#pragma once

/// The emulated device, with all that tests ask of it. execution_space.hpp says what it is, shadow.hpp what it notices.

#include <gsrgnn/kernels/tuning.hpp>

#include "support/device/blas.hpp"
#include "support/device/fault.hpp"
#include "support/device/policies.hpp"

namespace gsrgnn {
/// Models in the least tile alone, for every width is compiled anew.
template <>
struct TileWidths<testing::EmulatedDevice> {
  using Type = std::integer_sequence<int, 8>;
};
}  // namespace gsrgnn
