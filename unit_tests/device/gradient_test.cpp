// Gradients of whole models against differences, on the emulated device: those that launch every kernel of the sparse
// and of the dense layers.

#include <gtest/gtest.h>

#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>

#include "support/gradient_probe.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

TEST(DeviceGradient, GsrOnNets) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    auto shape = gsr_shape(1, 8, 2, residual);
    shape.dropout = 0.2;
    Probe<GsrModel<double, std::uint8_t, EmulatedDevice>, NetGraph>(shape).compare();
  }
}
TEST(DeviceGradient, RevOnEdges) {
  Probe<RevModel<double, EmulatedDevice>, EdgeGraph>(rev_shape(1, 6, 2, 0.2)).compare();
}

}  // namespace
}  // namespace gsrgnn
