// Models of every kind, each on another set of relations, on the emulated device: their gradients against differences,
// and the same bits in every order of lanes. In double, with tiles of the least width; wider ones are for the tests of
// kernels.

#include <gtest/gtest.h>

#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/plain_stack.hpp>
#include <gsrgnn/models/res_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>

#include "support/device/lanes.hpp"
#include "support/gradient_probe.hpp"
#include "support/relation_sets.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Exec = EmulatedDevice;
using Gcn = GcnModel<double, Exec>;
using Sage = SageModel<double, Exec>;
using Rev = RevModel<double, Exec>;
using Res = ResModel<double, std::uint8_t, Exec>;
using Gsr = GsrModel<double, std::uint8_t, Exec>;

template <class Model, template <class, class> class Graph>
void check(const ModelShape& shape) {
  Probe<Model, Graph> probe(shape, awkward_lattice());
  probe.compare_along_directions();
  std::vector<double> first;
  for (const device::Order order : {device::Order::ascending, device::Order::descending, device::Order::random}) {
    const device::InOrder in_order(order, 3);
    const auto gradient = probe.gradient();
    if (first.empty()) first = gradient;
    EXPECT_EQ(gradient, first);
  }
}

ModelShape with_dropout(ModelShape shape) {
  shape.dropout = 0.3;
  return shape;
}

TEST(DeviceModels, GcnOnNets) {
  check<Gcn, NetGraph>(shape(ModelKind::gcn, 2, 12, 1));
}
TEST(DeviceModels, GcnOnEdges) {
  check<Gcn, EdgeGraph>(shape(ModelKind::gcn, 1, 12, 1, 2));
}
TEST(DeviceModels, SageOnNetsAndTheLattice) {
  check<Sage, NetsAndLattice>(on(RelationSet::nets_and_lattice, shape(ModelKind::sage, 2, 12, 1)));
}
TEST(DeviceModels, RevOnEdges) {
  check<Rev, EdgeGraph>(rev_shape(1, 6, 2, 0.2));
}
TEST(DeviceModels, RevOfManyGroupsOnNetsAndBins) {
  check<Rev, NetsAndBins>(on(RelationSet::nets_and_bins, rev_shape(2, 24, 4, 0.3)));
}
TEST(DeviceModels, ResOnTheLattice) {
  check<Res, Lattice>(on(RelationSet::lattice, with_dropout(res_shape(2, 12, 4))));
}
TEST(DeviceModels, ResOnNets) {
  check<Res, NetGraph>(res_shape(2, 12, 4));
}
TEST(DeviceModels, GsrOnNets) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    check<Gsr, NetGraph>(with_dropout(gsr_shape(2, 20, 3, residual)));
  }
}
TEST(DeviceModels, GsrOnNetsAndBins) {
  check<Gsr, NetsAndBins>(on(RelationSet::nets_and_bins, gsr_shape(1, 20, 3, Residual::sparse)));
}
TEST(DeviceModels, GsrOnNetsAndTheLattice) {
  auto shape = on(RelationSet::nets_and_lattice, gsr_shape(2, 20, 3, Residual::sparse));
  shape.kept_layers = 1;  // the other is rebuilt
  check<Gsr, NetsAndLattice>(shape);
}

}  // namespace
}  // namespace gsrgnn
