// S W and its gradients, S = scatter(V, I), against products of dense matrices.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/sparse_linear.hpp>

#include "support/guarded_memory.hpp"
#include "support/host_matrix.hpp"
#include "support/mismatches.hpp"
#include "support/small_circuits.hpp"
#include "support/spaces_and_scalars.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// S is rows x width with k values a row; the other matrix has `columns` columns, stored as `tiles` tiles.
struct Size {
  int rows, width, k, tiles;
};
const std::vector<Size> kSizes = {{1, 1, 1, 1},   {1, 5, 5, 1},   {31, 5, 2, 1},   {32, 8, 8, 2},   {33, 20, 3, 3},
                                  {65, 20, 1, 1}, {64, 32, 4, 2}, {257, 96, 8, 3}, {9, 192, 16, 2}, {40, 256, 256, 1}};
const std::vector<Size> kWideSizes = {{1, 300, 1, 2}, {65, 300, 16, 1}, {3, 300, 300, 1}};

/// W (width x columns) as the kernels store it: tiles x width x Tile.
template <class T>
std::vector<T> tiled(const std::vector<T>& w, int width, int tiles, int tile) {
  std::vector<T> out(w.size());
  for (int j = 0; j < tiles; ++j) {
    for (int r = 0; r < width; ++r) {
      for (int c = 0; c < tile; ++c) out[(j * width + r) * tile + c] = w[r * tiles * tile + j * tile + c];
    }
  }
  return out;
}

/// The values of a test: random, or whole numbers, with which every order of summation is exact.
template <class Scalar>
std::vector<Scalar> values(std::size_t count, std::uint64_t seed, bool whole) {
  return whole ? random_integers<Scalar>(count, seed) : random_values<Scalar>(count, seed);
}

/// Of tiles and gradients of rows stored as Stored.
template <int Tile, class Exec, class Scalar, class Index, class Stored = Scalar>
void check(const Size& size, bool whole) {
  const auto [rows, width, k, tiles] = size;
  SCOPED_TRACE(::testing::Message() << rows << " rows, width " << width << ", k " << k << ", " << tiles << " tiles of "
                                    << Tile);
  const int columns = tiles * Tile;
  const double tolerance = whole ? 0 : std::max(kTolerance<Scalar>, kTolerance<Stored>);
  const auto host_v = values<Scalar>(rows * k, 1, whole);
  const auto host_index = random_columns<Index>(rows, k, width, 2);
  const auto host_w = values<Scalar>(width * columns, 3, whole);
  const auto host_g = values<Stored>(rows * columns, 4, whole);
  const HostMatrix s = scattered(host_v, host_index, rows, width);
  const HostMatrix w_matrix(width, columns, host_w), g_matrix(rows, columns, host_g);
  // A second map of the same input, whose gradient of the values is added.
  const auto host_u = values<Scalar>(width * columns, 5, whole);
  const auto host_h = values<Stored>(rows * columns, 6, whole);
  const HostMatrix u_matrix(width, columns, host_u), h_matrix(rows, columns, host_h);

  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto v = memory.template make_from<Matrix<Scalar, Exec>>(host_v, rows, k);
  const auto index = memory.template make_from<Matrix<Index, Exec>>(host_index, rows, k);
  const auto w = memory.template make_from<Tensor<Scalar, Exec>>(tiled(host_w, width, tiles, Tile), tiles, width, Tile);
  const auto g = memory.template make_from<Matrix<Stored, Exec>>(host_g, rows, columns);
  const auto u = memory.template make_from<Tensor<Scalar, Exec>>(tiled(host_u, width, tiles, Tile), tiles, width, Tile);
  const auto h = memory.template make_from<Matrix<Stored, Exec>>(host_h, rows, columns);
  using Map = MapGradient<Matrix<Stored, Exec>, Tensor<Scalar, Exec>>;
  const auto out = memory.template make<Matrix<Stored, Exec>>(rows, Tile);
  // More rows than any weight needs, as in the model.
  const auto partial = memory.template make<Tensor<Scalar, Exec>>(Tuning<Exec>::kRowChunks, width + 3, Tile);
  const auto tiled_gradient = memory.template make<Tensor<Scalar, Exec>>(tiles, width, Tile);
  const auto row_gradient = memory.template make<Matrix<Scalar, Exec>>(width, columns);
  const auto dv = memory.template make_from<Matrix<Scalar, Exec>>(std::vector<Scalar>(rows * k, 0), rows, k);
  const auto sums = memory.template make<Vector<Scalar, Exec>>(columns);

  HostMatrix forward(rows, columns);
  for (int tile = 0; tile < tiles; ++tile) {
    sparse_linear<Tile>(space, v, index, w, tile, out);
    const auto part = download(space, out);
    for (int i = 0; i < rows; ++i) {
      for (int c = 0; c < Tile; ++c) forward(i, tile * Tile + c) = static_cast<double>(part[i * Tile + c]);
    }
    sparse_linear_weight_gradient<Tile>(space, v, index, g, tile * Tile, partial, slice(tiled_gradient, tile), 0);
    sparse_linear_weight_gradient<Tile>(space, v, index, g, tile * Tile, partial, row_gradient, tile * Tile);
    for (const auto& map : {Map{g, tile * Tile, w}, Map{h, tile * Tile, u}}) {
      add_value_gradient<Tile>(space, index, map, tile, dv);
    }
    column_sums<Tile>(space, g, tile * Tile, partial, sums, tile * Tile);
  }
  EXPECT_TRUE(all_close(forward.value, product(s, w_matrix).value, tolerance, columns)) << "S W";

  const HostMatrix dw = product(transposed(s), g_matrix);
  EXPECT_TRUE(all_close(download(space, row_gradient), dw.value, tolerance, columns)) << "S^T G";
  EXPECT_TRUE(all_close(download(space, tiled_gradient), tiled(dw.value, width, tiles, Tile), tolerance, Tile))
      << "S^T G by tiles";

  const HostMatrix of_w = product(g_matrix, transposed(w_matrix)), of_u = product(h_matrix, transposed(u_matrix));
  std::vector<double> at_kept;
  for (int i = 0; i < rows; ++i) {
    for (int t = 0; t < k; ++t) at_kept.push_back(of_w(i, host_index[i * k + t]) + of_u(i, host_index[i * k + t]));
  }
  EXPECT_TRUE(all_close(download(space, dv), at_kept, tolerance, k)) << "G W^T + H U^T at the kept places";
  const HostMatrix ones(1, rows, std::vector<double>(rows, 1.0));
  EXPECT_TRUE(all_close(download(space, sums), product(ones, g_matrix).value, tolerance, columns)) << "sums";

  EXPECT_TRUE(all_same(download(space, v), host_v, k)) << "V must not change";
  EXPECT_TRUE(all_same(download(space, g), host_g, columns)) << "G must not change";
}

template <int Tile, class Exec, class Scalar, class Index, class Stored = Scalar>
void check_all(const std::vector<Size>& sizes) {
  for (const auto& size : sizes) {
    if (kEmulated && size.width * Tile * size.tiles > 5000)
      continue;  // there is little to see, and much memory to fill
    // Sums of whole numbers leave no room for tolerance: not a row or column may be missing, twice or elsewhere.
    if (!kEmulated) check<Tile, Exec, Scalar, Index, Stored>(size, false);
    check<Tile, Exec, Scalar, Index, Stored>(size, true);
  }
}

template <class T>
class SparseLinearTest : public ::testing::Test {};
TYPED_TEST_SUITE(SparseLinearTest, SpacesAndScalars, SpaceAndScalarName);

// In float every tile; in double, which differs by its registers, the narrowest and the widest, as on a GPU, whose
// packs are the same in all.
TYPED_TEST(SparseLinearTest, EqualsTheDenseProducts) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  check_all<8, Exec, Scalar, std::uint8_t>(kSizes);
  check_all<64, Exec, Scalar, std::uint8_t>(kSizes);
  if constexpr (std::is_same_v<Scalar, float> && !kEmulated) {
    check_all<16, Exec, Scalar, std::uint8_t>(kSizes);
    check_all<32, Exec, Scalar, std::uint8_t>(kSizes);
  }
}
TYPED_TEST(SparseLinearTest, EqualsTheDenseProductsOfWideRows) {
  check_all<16, typename TypeParam::Exec, typename TypeParam::Scalar, std::uint16_t>(kWideSizes);
}
TYPED_TEST(SparseLinearTest, OfTilesStoredInAnotherType) {
  check_all<32, typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t, typename TypeParam::Other>(kSizes);
}
TYPED_TEST(SparseLinearTest, EveryNumberOfRows) {
  const auto chunks = Tuning<typename TypeParam::Exec>::kRowChunks;
  for (const int rows : {2, chunks - 1, chunks, chunks + 1, 2 * chunks - 1, 2 * chunks, 2 * chunks + 1, 3 * chunks}) {
    check<8, typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t>({rows, 20, 3, 1}, true);
  }
  // Of weights' gradients, which on a GPU take eight rows at a time, and so many of a row's values.
  const auto parts = Tuning<typename TypeParam::Exec>::kWeightChunks;
  for (const int rows : {8 * parts - 1, 8 * parts, 9 * parts, 17 * parts - 40}) {
    check<8, typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t>({rows, 20, 3, 1}, true);
  }
  check<16, typename TypeParam::Exec, typename TypeParam::Scalar, std::uint8_t>({9 * parts, 40, 37, 1}, true);
}

// As the input layer uses it: the features are a dense matrix, seen as CBSR with every value kept.
template <int Tile, class Exec, class Scalar>
void check_every_column(int rows, int features) {
  SCOPED_TRACE(::testing::Message() << rows << " rows, " << features << " features, tile " << Tile);
  const int columns = 2 * Tile;
  const auto host_x = random_values<Scalar>(rows * features, 5);
  const auto host_g = random_values<Scalar>(rows * columns, 6);
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto x = memory.template make_from<Matrix<Scalar, Exec>>(host_x, rows, features);
  const auto g = memory.template make_from<Matrix<Scalar, Exec>>(host_g, rows, columns);
  const auto partial = memory.template make<Tensor<Scalar, Exec>>(Tuning<Exec>::kRowChunks, 40, Tile);
  const auto gradient = memory.template make<Matrix<Scalar, Exec>>(features, columns);
  for (int first = 0; first < columns; first += Tile) {
    sparse_linear_weight_gradient<Tile>(space, x, EveryColumn(), g, first, partial, gradient, first);
  }
  const auto expected = product(transposed(HostMatrix(rows, features, host_x)), HostMatrix(rows, columns, host_g));
  EXPECT_TRUE(all_close(download(space, gradient), expected.value, kTolerance<Scalar>, columns));
}

TYPED_TEST(SparseLinearTest, EveryColumnIsTheDenseProduct) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  check_every_column<8, Exec, Scalar>(1, 1);
  check_every_column<16, Exec, Scalar>(77, 7);
  check_every_column<32, Exec, Scalar>(130, 40);
  check_every_column<32, Exec, Scalar>(5, 0);
}

// A sum that fits no fast memory is made where it is left, for scratch beyond that is memory that nobody planned.
TYPED_TEST(SparseLinearTest, AWeightOfAnyWidthTakesNoMoreMemory) {
  using Exec = typename TypeParam::Exec;
  using Scalar = typename TypeParam::Scalar;
  namespace Tools = Kokkos::Tools::Experimental;
  constexpr int kTile = 16, rows = 9, width = 650, k = 5;
  const auto host_v = random_integers<Scalar>(rows * k, 1), host_g = random_integers<Scalar>(rows * kTile, 2);
  const auto host_index = random_columns<std::uint16_t>(rows, k, width, 3);
  const Exec space;
  GuardedMemory<Exec> memory(space);
  const auto v = memory.template make_from<Matrix<Scalar, Exec>>(host_v, rows, k);
  const auto index = memory.template make_from<Matrix<std::uint16_t, Exec>>(host_index, rows, k);
  const auto g = memory.template make_from<Matrix<Scalar, Exec>>(host_g, rows, kTile);
  const auto partial = memory.template make<Tensor<Scalar, Exec>>(Tuning<Exec>::kRowChunks, width, kTile);
  const auto gradient = memory.template make<Matrix<Scalar, Exec>>(width, kTile);

  // Kokkos itself allocates at the first kernel of teams, however little memory that asks for.
  const auto narrow_index =
      memory.template make_from<Matrix<std::uint16_t, Exec>>(random_columns<std::uint16_t>(rows, k, kTile, 4), rows, k);
  const auto narrow_gradient = memory.template make<Matrix<Scalar, Exec>>(kTile, kTile);
  sparse_linear_weight_gradient<kTile>(space, v, narrow_index, g, 0, partial, narrow_gradient, 0);

  static int allocations;
  allocations = 0;
  const auto before = Tools::get_callbacks();
  Tools::set_allocate_data_callback(
      [](Kokkos::Tools::SpaceHandle, const char*, const void*, std::uint64_t) { ++allocations; });
  sparse_linear_weight_gradient<kTile>(space, v, index, g, 0, partial, gradient, 0);
  Tools::set_callbacks(before);
  EXPECT_EQ(allocations, 0);
  const auto expected =
      product(transposed(scattered(host_v, host_index, rows, width)), HostMatrix(rows, kTile, host_g));
  EXPECT_TRUE(all_close(download(space, gradient), expected.value, 0, kTile));
}

}  // namespace
}  // namespace gsrgnn
