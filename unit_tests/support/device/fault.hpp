#pragma once

/// What a kernel did that a GPU would not forgive: thrown by its launch, with the kernel, the lane and the address.

#include <stdexcept>

namespace gsrgnn::testing::device {

struct Fault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace gsrgnn::testing::device
