// The sparse convolution on a lattice and its gradients, against plain loops over the nine places of a neighbourhood.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/lattice.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

struct Case {
  int columns, rows, step;
  bool flip_x, flip_y;
  int width, k, tiles;
};
// One GCell, one row, steps beyond the die, and more nodes than chunks of rows.
const std::vector<Case> kCases = {{1, 1, 1, false, false, 5, 2, 1},   {7, 1, 1, false, false, 5, 5, 1},
                                  {1, 6, 2, true, false, 8, 3, 1},    {5, 4, 1, false, false, 20, 3, 3},
                                  {5, 4, 1, true, false, 20, 3, 3},   {5, 4, 1, false, true, 20, 3, 3},
                                  {5, 4, 2, true, true, 20, 20, 2},   {3, 3, 4, false, false, 8, 1, 1},
                                  {13, 11, 4, true, false, 32, 8, 2}, {9, 10, 2, false, false, 256, 4, 1}};

/// Where the neighbour of a node lies that is dx columns and dy rows of steps away; below 0: outside.
int place(const Case& c, int node, int dx, int dy) {
  const int x = node % c.columns + (c.flip_x ? -dx : dx) * c.step;
  const int y = node / c.columns + (c.flip_y ? -dy : dy) * c.step;
  return x < 0 || x >= c.columns || y < 0 || y >= c.rows ? -1 : y * c.columns + x;
}

template <int Tile, class Exec, class Scalar>
void check(const Case& c) {
  SCOPED_TRACE(::testing::Message() << c.columns << " x " << c.rows << ", step " << c.step << ", width " << c.width
                                    << ", k " << c.k << ", " << c.tiles << " tiles of " << Tile);
  const int nodes = c.columns * c.rows, width = c.width, k = c.k, columns = c.tiles * Tile;
  const int deep = kLatticeNeighbours * width;
  // Whole numbers: every order of summation is exact, so that no neighbour may be missing, twice or elsewhere.
  const auto host_v = random_integers<Scalar>(nodes * k, 1);
  const auto host_index = random_columns<std::uint8_t>(nodes, k, width, 2);
  const auto host_w = random_integers<Scalar>(deep * columns, 3);  // tiles x 8 d x Tile
  const auto host_g = random_integers<Scalar>(nodes * columns, 4);
  const auto start_x = random_integers<Scalar>(nodes * columns, 5);
  const auto start_dv = random_integers<Scalar>(nodes * k, 6);

  const Exec space;
  Arena<Exec> arena(4096);
  Lattice<Scalar, Exec> lattice(arena, {});
  Circuit circuit;
  circuit.placement.grid = make_grid({0, 0, static_cast<double>(c.columns), static_cast<double>(c.rows)}, 1);
  lattice.set(space, circuit);
  ASSERT_EQ(lattice.cells(), nodes);
  flip(lattice, c.flip_x, c.flip_y);
  const auto dilated_lattice = dilated(lattice, c.step);

  GuardedMemory<Exec> memory(space);
  const auto v = memory.template make_from<Matrix<Scalar, Exec>>(host_v, nodes, k);
  const auto index = memory.template make_from<Matrix<std::uint8_t, Exec>>(host_index, nodes, k);
  const auto w = memory.template make_from<Tensor<Scalar, Exec>>(host_w, c.tiles, deep, Tile);
  const auto g = memory.template make_from<Matrix<Scalar, Exec>>(host_g, nodes, columns);
  const auto x = memory.template make_from<Matrix<Scalar, Exec>>(start_x, nodes, columns);
  const auto dv = memory.template make_from<Matrix<Scalar, Exec>>(start_dv, nodes, k);
  const auto partial = memory.template make<Tensor<Scalar, Exec>>(Tuning<Exec>::kRowChunks, width, Tile);
  const auto dw = memory.template make<Tensor<Scalar, Exec>>(c.tiles, deep, Tile);
  const ExactSum<Scalar, Exec> sum{Scalar(-1), memory.template make<Vector<int, Exec>>(1)};
  for (int tile = 0; tile < c.tiles; ++tile) {
    add_lattice<Tile>(space, dilated_lattice, v, index, w, tile, sum, x);
    lattice_weight_gradient<Tile>(space, dilated_lattice, v, index, g, tile * Tile, partial, slice(dw, tile));
    add_lattice_value_gradient<Tile>(space, dilated_lattice, index, g, tile * Tile, w, tile, dv);
  }

  std::vector<double> want_x(start_x.begin(), start_x.end()), want_dv(start_dv.begin(), start_dv.end());
  std::vector<double> want_dw(host_w.size(), 0.0);
  int n = 0;
  for (int dy = -1; dy <= 1; ++dy) {
    for (int dx = -1; dx <= 1; ++dx) {
      if (dx == 0 && dy == 0) continue;
      for (int i = 0; i < nodes; ++i) {
        const int j = place(c, i, dx, dy);
        for (int t = 0; j >= 0 && t < k; ++t) {
          const auto value = static_cast<double>(host_v[j * k + t]);
          for (int o = 0; o < columns; ++o) {
            const int at = (o / Tile * deep + n * width + host_index[j * k + t]) * Tile + o % Tile;
            const auto weight = static_cast<double>(host_w[at]),
                       gradient = static_cast<double>(host_g[i * columns + o]);
            want_x[i * columns + o] -= value * weight;
            want_dw[at] += value * gradient;
            want_dv[j * k + t] += gradient * weight;
          }
        }
      }
      ++n;
    }
  }
  EXPECT_TRUE(all_close(download(space, x), want_x, 0, columns)) << "f";
  EXPECT_TRUE(all_close(download(space, dw), want_dw, 0, Tile)) << "dW";
  EXPECT_TRUE(all_close(download(space, dv), want_dv, 0, k)) << "dV";
  EXPECT_TRUE(all_same(download(space, v), host_v, k)) << "V must not change";
  EXPECT_TRUE(all_same(download(space, g), host_g, columns)) << "G must not change";
}

/// The rows that dense products multiply: of each neighbour, and of each receiver.
template <int Tile, class Exec, class Scalar>
void check_neighbour_rows(const Case& c) {
  SCOPED_TRACE(::testing::Message() << c.columns << " x " << c.rows << ", step " << c.step);
  const int nodes = c.columns * c.rows, columns = c.tiles * Tile;
  const auto host = random_integers<Scalar>(nodes * columns, 1);
  const Exec space;
  Arena<Exec> arena(4096);
  Lattice<Scalar, Exec> lattice(arena, {});
  Circuit circuit;
  circuit.placement.grid = make_grid({0, 0, static_cast<double>(c.columns), static_cast<double>(c.rows)}, 1);
  lattice.set(space, circuit);
  flip(lattice, c.flip_x, c.flip_y);
  GuardedMemory<Exec> memory(space);
  const auto from = memory.template make_from<Matrix<Scalar, Exec>>(host, nodes, columns);
  const auto to = memory.template make<Matrix<Scalar, Exec>>(nodes, columns);
  for (int n = 0; n < kLatticeNeighbours; ++n) {
    const int at = n < 4 ? n : n + 1, dx = at % 3 - 1, dy = at / 3 - 1;
    for (const int sign : {1, -1}) {
      neighbour_rows<Tile>(space, dilated(lattice, c.step), n, sign, from, to);
      std::vector<double> want(host.size(), 0.0);
      for (int i = 0; i < nodes; ++i) {
        const int j = place(c, i, sign * dx, sign * dy);
        for (int o = 0; j >= 0 && o < columns; ++o) {
          want[i * columns + o] = static_cast<double>(host[j * columns + o]);
        }
      }
      EXPECT_TRUE(all_close(download(space, to), want, 0, columns)) << "neighbour " << n << ", sign " << sign;
    }
  }
}

template <class T>
class LatticeTest : public ::testing::Test {};
TYPED_TEST_SUITE(LatticeTest, SpacesAndScalars, SpaceAndScalarName);

TYPED_TEST(LatticeTest, EqualsPlainLoops) {
  for (const Case& one : kCases) {
    if (kEmulated && one.columns * one.rows * one.width > 400) continue;  // there is little more to see
    check<8, typename TypeParam::Exec, typename TypeParam::Scalar>(one);
  }
}
TYPED_TEST(LatticeTest, RowsOfNeighboursAreTheirs) {
  for (const Case& one : kCases) {
    if (kEmulated && one.columns * one.rows * one.width > 400) continue;
    check_neighbour_rows<8, typename TypeParam::Exec, typename TypeParam::Scalar>(one);
  }
}
TYPED_TEST(LatticeTest, EqualsPlainLoopsInTheWidestTiles) {
  if (kEmulated) GTEST_SKIP() << "an emulated GPU's items have four columns of any tile";
  for (const Case& one : kCases) check<64, typename TypeParam::Exec, typename TypeParam::Scalar>(one);
}

}  // namespace
}  // namespace gsrgnn
