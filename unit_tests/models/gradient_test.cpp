// Every parameter's gradient against central differences in double precision, for every kind of model, both residuals,
// both forms of the graph, two relations, the lattice, several shapes, dropout, and rows with ties.

#include <gtest/gtest.h>

#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/plain_stack.hpp>
#include <gsrgnn/models/res_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>

#include "support/execution_spaces.hpp"
#include "support/gradient_probe.hpp"
#include "support/relation_sets.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

template <class Exec>
class Gradient : public ::testing::Test {
 protected:
  using Gcn = GcnModel<double, Exec>;
  using Sage = SageModel<double, Exec>;
  using Rev = RevModel<double, Exec>;
  using Gsr = GsrModel<double, std::uint8_t, Exec>;
  using Res = ResModel<double, std::uint8_t, Exec>;
};
TYPED_TEST_SUITE(Gradient, testing::ExecutionSpaces);

TYPED_TEST(Gradient, GsrSparseResidualOnNets) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(3, 20, 3, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrDenseResidualOnNets) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(3, 20, 3, Residual::dense)).compare();
}
TYPED_TEST(Gradient, GsrSparseResidualOnEdges) {
  Probe<typename TestFixture::Gsr, EdgeGraph>(gsr_shape(2, 20, 4, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrDenseResidualOnEdges) {
  Probe<typename TestFixture::Gsr, EdgeGraph>(gsr_shape(2, 20, 4, Residual::dense)).compare();
}
TYPED_TEST(Gradient, GsrSeveralTilesAndTwoOutputs) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(1, 96, 5, Residual::sparse, 2)).compare();
}
TYPED_TEST(Gradient, GsrAllValuesKept) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(2, 12, 6, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrOneValueKept) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(2, 16, 1, Residual::sparse)).compare();
}
TYPED_TEST(Gradient, GsrNoLayers) {
  Probe<typename TestFixture::Gsr, NetGraph>(gsr_shape(0, 16, 1, Residual::sparse)).compare();
}

TYPED_TEST(Gradient, ResOnNetsAndOnEdges) {
  Probe<typename TestFixture::Res, NetGraph>(res_shape(3, 20, 4)).compare();
  Probe<typename TestFixture::Res, EdgeGraph>(res_shape(2, 20, 4)).compare();
  Probe<typename TestFixture::Res, NetGraph>(res_shape(2, 20, 4, 0.3)).compare();
}

TYPED_TEST(Gradient, GsrWithDropout) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    auto dropped = gsr_shape(2, 20, 4, residual);
    dropped.dropout = 0.3;
    Probe<typename TestFixture::Gsr, NetGraph>(dropped).compare();
  }
}

TYPED_TEST(Gradient, GsrOnTwoRelations) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    Probe<typename TestFixture::Gsr, TwoRelations>(on_two_relations(gsr_shape(3, 20, 3, residual))).compare();
  }
}
TYPED_TEST(Gradient, GsrOnTwoRelationsInSeveralTiles) {
  Probe<typename TestFixture::Gsr, TwoRelations>(on_two_relations(gsr_shape(1, 48, 5, Residual::sparse))).compare();
}

TYPED_TEST(Gradient, GsrOnTheLattice) {
  for (const Residual residual : {Residual::sparse, Residual::dense}) {
    const auto shape = on(RelationSet::lattice, gsr_shape(2, 20, 3, residual));
    Probe<typename TestFixture::Gsr, Lattice>(shape, awkward_lattice()).compare();
  }
}
TYPED_TEST(Gradient, ResOnTheLattice) {
  Probe<typename TestFixture::Res, Lattice>(on(RelationSet::lattice, res_shape(2, 20, 4)), awkward_lattice()).compare();
}
TYPED_TEST(Gradient, SageOnTheLattice) {
  const auto sage = shape(ModelKind::sage, 3, 20, 1);
  Probe<typename TestFixture::Sage, Lattice>(on(RelationSet::lattice, sage), awkward_lattice()).compare();
}
TYPED_TEST(Gradient, RevOnNetsAndTheLattice) {
  const auto rev = rev_shape(2, 40, 2, 0.3);
  Probe<typename TestFixture::Rev, NetsAndLattice>(on(RelationSet::nets_and_lattice, rev), awkward_lattice()).compare();
}

TYPED_TEST(Gradient, GsrAndSageOnNetsAndBins) {
  Probe<typename TestFixture::Gsr, NetsAndBins>(on(RelationSet::nets_and_bins, gsr_shape(2, 20, 3, Residual::sparse)),
                                                awkward_lattice())
      .compare();
  Probe<typename TestFixture::Sage, NetsAndBins>(on(RelationSet::nets_and_bins, shape(ModelKind::sage, 2, 20, 1)),
                                                 awkward_lattice())
      .compare();
}
TYPED_TEST(Gradient, GsrOnNetsAndTheLattice) {
  const auto shape = on(RelationSet::nets_and_lattice, gsr_shape(1, 48, 5, Residual::sparse));
  Probe<typename TestFixture::Gsr, NetsAndLattice>(shape, awkward_lattice()).compare();
}

// Whole rows of equal values, kept and not kept. Where a tie crosses the edge of what is kept the loss jumps with the
// parameters that break it, those of the input; all others must agree.
TYPED_TEST(Gradient, GsrRowsWithTies) {
  Probe<typename TestFixture::Gsr, NetGraph> probe(gsr_shape(1, 20, 3, Residual::sparse));
  for (const auto& array : probe.table().arrays) {
    if (probe.table().blocks[array.block].name != "input") continue;
    for (int r = 0; r < array.rows; ++r) {
      for (int c = 0; c < array.columns / 2; ++c) probe.parameters()[array.at(r, c)] = c < 2 ? 0.5 : 0.25;
    }
  }
  probe.compare("input");
}

TYPED_TEST(Gradient, GcnOnNets) {
  Probe<typename TestFixture::Gcn, NetGraph>(shape(ModelKind::gcn, 3, 20, 1)).compare();
}
TYPED_TEST(Gradient, GcnOnEdges) {
  Probe<typename TestFixture::Gcn, EdgeGraph>(shape(ModelKind::gcn, 2, 20, 1, 2)).compare();
}
TYPED_TEST(Gradient, SageOnNets) {
  Probe<typename TestFixture::Sage, NetGraph>(shape(ModelKind::sage, 3, 20, 1)).compare();
}
TYPED_TEST(Gradient, SageOnEdges) {
  Probe<typename TestFixture::Sage, EdgeGraph>(shape(ModelKind::sage, 2, 20, 1, 2)).compare();
}
TYPED_TEST(Gradient, PlainStackWithoutLayers) {
  Probe<typename TestFixture::Sage, NetGraph>(shape(ModelKind::sage, 0, 16, 1)).compare();
}
TYPED_TEST(Gradient, RevOnNets) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(3, 20, 2)).compare();
}
TYPED_TEST(Gradient, RevOnEdges) {
  Probe<typename TestFixture::Rev, EdgeGraph>(rev_shape(2, 20, 2, 0, 2)).compare();
}
TYPED_TEST(Gradient, RevOfManyGroups) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(2, 20, 5)).compare();
}
TYPED_TEST(Gradient, RevOfGroupsOneWide) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(1, 3, 3)).compare();
}
TYPED_TEST(Gradient, RevWithDropout) {
  Probe<typename TestFixture::Rev, NetGraph>(rev_shape(2, 24, 4, 0.3)).compare();
}

TYPED_TEST(Gradient, SageOnTwoRelations) {
  Probe<typename TestFixture::Sage, TwoRelations>(on_two_relations(shape(ModelKind::sage, 2, 20, 1))).compare();
}
TYPED_TEST(Gradient, RevOnTwoRelations) {
  Probe<typename TestFixture::Rev, TwoRelations>(on_two_relations(rev_shape(2, 20, 2))).compare();
}

}  // namespace
}  // namespace gsrgnn
