// The same work twice gives the same bits; and so does any number of threads, since no sum's order depends on it.

#include <gtest/gtest.h>

#include <array>
#include <gsrgnn/kernels/layer_norm.hpp>
#include <map>

#include "support/execution_spaces.hpp"
#include "support/guarded_memory.hpp"
#include "support/mismatches.hpp"
#include "support/training_step.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Results = std::map<std::string, std::vector<float>>;

/// Each kernel once, on float, with more rows than chunks and a tile that is several packs on a GPU.
template <class Exec>
Results run_kernels() {
  constexpr int kTile = 16, rows = kEmulated ? 300 : 1000, width = 48, k = 6;
  const Exec space;
  GuardedMemory<Exec> memory(space);
  using M = Matrix<float, Exec>;
  using T = Tensor<float, Exec>;
  using V = Vector<float, Exec>;
  Results results;
  const auto keep = [&](const std::string& name, const auto& view) {
    const auto values = download(space, view);
    results[name].assign(values.begin(), values.end());
  };

  const auto x = memory.template make_from<M>(random_values<float>(rows * width, 1), rows, width);
  const auto v = memory.template make<M>(rows, k);
  const auto index = memory.template make<Matrix<std::uint8_t, Exec>>(rows, k);
  const auto nan = memory.template make_from<Vector<int, Exec>>(std::vector<int>{0}, 1);
  gs_op(space, x, width, v, index, nan, GsRow::sparsify);
  keep("gs_op values", v);
  keep("gs_op columns", index);
  keep("gs_op row", x);

  const auto gamma = memory.template make_from<V>(random_values<float>(width, 2), width);
  const auto normed = memory.template make<M>(rows, k);
  rms_norm_forward(space, v, index, gamma, Dropout<float, Exec>(), normed);
  keep("rms_norm_forward", normed);

  const auto w = memory.template make_from<T>(random_values<float>(width * width, 3), width / kTile, width, kTile);
  const auto tile = memory.template make<M>(rows, kTile);
  sparse_linear<kTile>(space, normed, index, w, 1, tile);
  keep("sparse_linear", tile);

  const auto g = memory.template make_from<M>(random_values<float>(rows * width, 4), rows, width);
  const auto partial = memory.template make<T>(Tuning<Exec>::kRowChunks, width, kTile);
  const auto dw = memory.template make<M>(width, kTile);
  sparse_linear_weight_gradient<kTile>(space, normed, index, g, kTile, partial, dw, 0);
  keep("sparse_linear_weight_gradient", dw);
  const auto bias = memory.template make<V>(kTile);
  column_sums<kTile>(space, g, 0, partial, bias, 0);
  keep("column_sums", bias);
  const auto dv = memory.template make_from<M>(random_values<float>(rows * k, 8), rows, k);
  add_value_gradient<kTile>(space, index, MapGradient<M, T>{g, 0, w}, 0, dv);
  keep("add_value_gradient", dv);
  const auto dgamma = memory.template make<V>(width);
  rms_norm_backward(space, v, index, gamma, Dropout<float, Exec>(), dv, dgamma,
                    memory.template make<M>(Tuning<Exec>::kRowChunks, width));
  keep("rms_norm_backward values", dv);
  keep("rms_norm_backward gamma", dgamma);

  const auto circuit = random_circuit_with_long_nets(rows, 5);
  const auto size = count(circuit);
  Arena<Exec> plan;
  NetGraph<float, Exec>(plan, size);
  EdgeGraph<float, Exec>(plan, size);
  Arena<Exec> arena(plan.used());
  NetGraph<float, Exec> nets(arena, size);
  EdgeGraph<float, Exec> edges(arena, size);
  nets.set(space, circuit);
  edges.set(space, circuit);
  const auto y = memory.template make<M>(nets.intermediate_rows(size), kTile);
  const auto out = memory.template make<M>(rows, width);
  mean_aggregate<kTile>(space, nets, g, out, y);
  keep("mean_aggregate on nets", out);
  mean_aggregate_transposed<kTile>(space, edges, g, out, y);
  keep("mean_aggregate_transposed on edges", out);

  const auto h = memory.template make_from<T>(random_values<float>(2 * rows * width, 6), 2, rows, width);
  const auto scale = memory.template make_from<M>(random_values<float>(2 * width, 7), 2, width);
  const auto normal = memory.template make<T>(2, rows, width);
  const auto moments = memory.template make<M>(rows, 2);
  layer_norm_forward(space, h, width, scale, scale, normal, moments);
  keep("layer_norm_forward", normal);
  const auto dscale = memory.template make<M>(2, width), dshift = memory.template make<M>(2, width);
  layer_norm_backward(space, h, width, scale, moments, normal, dscale, dshift,
                      memory.template make<T>(Tuning<Exec>::kRowChunks, 2, 2 * width));
  keep("layer_norm_backward", normal);
  keep("layer_norm_backward gamma", dscale);
  keep("layer_norm_backward beta", dshift);
  return results;
}

template <class Exec>
Results run_training(Residual residual) {
  TrainingStep<Exec, NetGraph> training(residual);
  Results results;
  for (int epoch = 0; epoch < (kEmulated ? 2 : 3); ++epoch)
    results["loss"].push_back(static_cast<float>(training.run()));
  results["output"] = training.output();
  results["parameters"] = training.parameters();
  results["rebuilt embedding"] = training.rebuilt();
  return results;
}

void expect_same(const Results& actual, const Results& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, values] : expected) EXPECT_TRUE(all_same(actual.at(name), values)) << name;
}

template <class Exec>
class RepeatabilityTest : public ::testing::Test {};
TYPED_TEST_SUITE(RepeatabilityTest, testing::ExecutionSpaces);

TYPED_TEST(RepeatabilityTest, EveryKernelTwice) {
  if (kEmulated) GTEST_SKIP() << "in every order of lanes instead";
  const auto first = run_kernels<TypeParam>();
  for (int i = 0; i < 3; ++i) expect_same(run_kernels<TypeParam>(), first);
}
TYPED_TEST(RepeatabilityTest, TrainingTwice) {
  if (kEmulated) GTEST_SKIP() << "in every order of lanes instead";
  for (const auto residual : {Residual::sparse, Residual::dense}) {
    expect_same(run_training<TypeParam>(residual), run_training<TypeParam>(residual));
  }
}

#ifdef GSRGNN_EMULATED_DEVICE
// In whatever order lanes and blocks run.
TEST(OrderOfLanesTest, EveryKernelAndTraining) {
  using device::Order;
  const auto run = [](Order order, unsigned seed) {
    const device::InOrder in_order(order, seed);
    return std::array{run_kernels<EmulatedDevice>(), run_training<EmulatedDevice>(Residual::sparse)};
  };
  const auto first = run(Order::ascending, 1);
  for (const auto& [order, seed] : {std::pair{Order::descending, 1U}, {Order::random, 2U}}) {
    const auto other = run(order, seed);
    for (std::size_t i = 0; i < first.size(); ++i) expect_same(other[i], first[i]);
  }
}
#elif defined(KOKKOS_ENABLE_SERIAL)
// One thread or many of the same processor.
TYPED_TEST(RepeatabilityTest, AnyNumberOfThreads) {
  if (!Tuning<TypeParam>::kHost) GTEST_SKIP() << "another processor";
  expect_same(run_kernels<TypeParam>(), run_kernels<Kokkos::Serial>());
  expect_same(run_training<TypeParam>(Residual::sparse), run_training<Kokkos::Serial>(Residual::sparse));
}
#endif

}  // namespace
}  // namespace gsrgnn
