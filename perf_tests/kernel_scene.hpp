#pragma once

// What the benchmarks of kernels work on.

#include <gsrgnn/graph/graph.hpp>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/models/gsr_block.hpp>
#include <gsrgnn/models/sage_conv.hpp>

#include "scene.hpp"

namespace gsrgnn {

using Index = std::uint8_t;
constexpr int kTile = 64;
constexpr std::int64_t kAdamCount = 1 << 21;

struct Views {
  Views(Arena<Exec>& arena, const CircuitCounts& size, int d, int k)
      : yardsticks(arena, size.cells, d),
        nets(arena, size),
        edges(arena, size),
        block_work(arena, size.cells, nets.intermediate_rows(size), d, kTile, k),
        conv_work(arena, size.cells, nets.intermediate_rows(size), d, kTile),
        x(arena.take<Matrix<float, Exec>>(size.cells, d)),
        y(arena.take<Matrix<float, Exec>>(size.cells, d)),
        out(arena.take<Matrix<float, Exec>>(size.cells, d)),
        v(arena.take<Matrix<float, Exec>>(size.cells, k)),
        dv(arena.take<Matrix<float, Exec>>(size.cells, k)),
        index(arena.take<Matrix<Index, Exec>>(size.cells, k)),
        has_nan(arena.take<Vector<int, Exec>>(1)),
        square(arena.take<Matrix<float, Exec>>(d, d)),
        square2(arena.take<Matrix<float, Exec>>(d, d)),
        row(arena.take<Matrix<float, Exec>>(1, d)),
        row2(arena.take<Matrix<float, Exec>>(1, d)),
        zeros(arena.take<Matrix<float, Exec>>(1, d)),
        ones(arena.take<Matrix<float, Exec>>(1, d)),
        moments(arena.take<Matrix<float, Exec>>(size.cells, 2)),
        norm_partial(arena.take<Tensor<float, Exec>>(Tuning<Exec>::kRowChunks, 2, d)),
        kept(arena.take<Tensor<std::uint8_t, Exec>>(1, size.cells, d)),
        part(arena.take<Vector<std::uint8_t, Exec>>(size.cells)),
        loss_partial(arena.take<Vector<double, Exec>>(Tuning<Exec>::kRowChunks)) {
    for (auto* one : {&parameters, &gradient}) {
      one->neighbour_weight = arena.take<Tensor<float, Exec>>(d / kTile, d, kTile);
      one->self_weight = arena.take<Tensor<float, Exec>>(d / kTile, d, kTile);
      one->bias = arena.take<Vector<float, Exec>>(d);
      one->norm_weight = arena.take<Vector<float, Exec>>(d);
    }
    for (auto* one : {&adam_parameter, &adam_m, &adam_v, &adam_gradient}) {
      *one = arena.take<Vector<float, Exec>>(kAdamCount);
    }
  }

  Yardsticks yardsticks;
  NetGraph<float, Exec> nets;
  EdgeGraph<float, Exec> edges;
  GsrBlockWorkspace<float, Exec> block_work;
  ConvWorkspace<float, Exec> conv_work;
  Matrix<float, Exec> x, y, out;  // N x d: two random ones, and a place for results
  Matrix<float, Exec> v, dv;
  Matrix<Index, Exec> index;
  Vector<int, Exec> has_nan;
  Matrix<float, Exec> square, square2;  // d x d: places for gradients
  Matrix<float, Exec> row, row2;        // 1 x d: likewise
  Matrix<float, Exec> zeros, ones;
  Matrix<float, Exec> moments;
  Tensor<float, Exec> norm_partial;
  Tensor<std::uint8_t, Exec> kept;
  Vector<std::uint8_t, Exec> part;
  Vector<double, Exec> loss_partial;
  GsrBlockViews<float, Exec> parameters, gradient;
  Vector<float, Exec> adam_parameter, adam_m, adam_v, adam_gradient;
};

/// The graph in both forms and the data of all kernels, for k kept values; V, I are what GS-Op keeps of X.
struct Scene : private Arena<Exec>, Views {
  Scene(const Circuit& circuit, const CircuitCounts& counts, int d, int kept_values)
      : Arena<Exec>(planned(counts, d, kept_values)),
        Views(static_cast<Arena<Exec>&>(*this), counts, d, kept_values),
        size(counts),
        width(d),
        k(kept_values) {
    nets.set(space, circuit);
    edges.set(space, circuit);
    upload(space, x, random_values(x.size(), 1));
    upload(space, y, random_values(y.size(), 2));
    upload(space, parameters.neighbour_weight, random_values(square.size(), 3));
    upload(space, parameters.self_weight, random_values(square.size(), 4));
    upload(space, parameters.bias, random_values(row.size(), 5));
    Kokkos::deep_copy(space, parameters.norm_weight, 1.0F);
    Kokkos::deep_copy(space, ones, 1.0F);
    Kokkos::deep_copy(space, yardsticks.from, x);
    upload(space, yardsticks.square, dense(parameters.neighbour_weight));
    upload(space, adam_gradient, random_values(adam_gradient.size(), 6));
    gs_op(space, x, width, v, index, has_nan);
    space.fence();
  }

  static std::size_t planned(const CircuitCounts& counts, int d, int k) {
    Arena<Exec> plan;
    const Views views(plan, counts, d, k);
    return plan.used();
  }
  /// A tiled weight, row-major.
  std::vector<float> dense(const Tensor<float, Exec>& tiled) const {
    const auto from = download(space, tiled);
    std::vector<float> to(from.size());
    for (int i = 0; i < width * width; ++i) {
      const int r = i / width, c = i % width;
      to[i] = from[(c / kTile * width + r) * kTile + c % kTile];
    }
    return to;
  }

  Exec space;
  CircuitCounts size;
  int width, k;
};

}  // namespace gsrgnn
