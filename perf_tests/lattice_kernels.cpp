#include "lattice_kernels.hpp"

#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/kernels/lattice.hpp>

#include "checks.hpp"

namespace gsrgnn {
namespace {

constexpr int kWidth = 32;  // one tile
constexpr int kWeightRows = kLatticeNeighbours * kWidth;

struct LatticeViews {
  LatticeViews(Arena<Exec>& arena, std::int64_t nodes, int k)
      : yardsticks(arena, nodes, kWidth),
        lattice(arena, {}),
        x(arena.take<Matrix<float, Exec>>(nodes, kWidth)),
        g(arena.take<Matrix<float, Exec>>(nodes, kWidth)),
        v(arena.take<Matrix<float, Exec>>(nodes, k)),
        dv(arena.take<Matrix<float, Exec>>(nodes, k)),
        index(arena.take<Matrix<std::uint8_t, Exec>>(nodes, k)),
        weight(arena.take<Tensor<float, Exec>>(1, kWeightRows, kWidth)),
        gradient(arena.take<Matrix<float, Exec>>(kWeightRows, kWidth)),
        partial(arena.take<Tensor<float, Exec>>(Tuning<Exec>::kRowChunks, kWidth, kWidth)),
        flag(arena.take<Vector<int, Exec>>(1)) {}

  Yardsticks yardsticks;
  Lattice<float, Exec> lattice;
  Matrix<float, Exec> x, g;  // N x d: the result, and a gradient of it
  Matrix<float, Exec> v, dv;
  Matrix<std::uint8_t, Exec> index;
  Tensor<float, Exec> weight;
  Matrix<float, Exec> gradient;  // of the weight
  Tensor<float, Exec> partial;
  Vector<int, Exec> flag;
};

/// A square die, and of every node the k largest of d random values.
struct LatticeScene : private Arena<Exec>, LatticeViews {
  LatticeScene(int side_of_die, int kept)
      : Arena<Exec>(planned(side_of_die, kept)),
        LatticeViews(static_cast<Arena<Exec>&>(*this), std::int64_t{side_of_die} * side_of_die, kept),
        side(side_of_die),
        k(kept) {
    Circuit circuit;
    const auto end = static_cast<double>(side);
    circuit.placement.grid = make_grid({0, 0, end, end}, 1);
    lattice.set(space, circuit);
    upload(space, x, random_values(x.size(), 1));
    gs_op(space, x, kWidth, v, index, flag);
    upload(space, g, random_values(g.size(), 2));
    upload(space, weight, random_values(weight.size(), 3));
    Kokkos::deep_copy(space, yardsticks.from, x);
    upload(space, yardsticks.square, random_values(yardsticks.square.size(), 4));
    space.fence();
  }
  static std::size_t planned(int side, int k) {
    Arena<Exec> plan;
    const LatticeViews views(plan, std::int64_t{side} * side, k);
    return plan.used();
  }

  Exec space;
  int side, k;
};

void forward(const LatticeScene& s) {
  add_lattice<kWidth>(s.space, s.lattice, s.v, s.index, s.weight, 0, ExactSum<float, Exec>{1.0F, s.flag}, s.x);
}
void weight_gradient(const LatticeScene& s) {
  lattice_weight_gradient<kWidth>(s.space, s.lattice, s.v, s.index, s.g, 0, s.partial, s.gradient);
}
void value_gradient(const LatticeScene& s) {
  add_lattice_value_gradient<kWidth>(s.space, s.lattice, s.index, s.g, 0, s.weight, 0, s.dv);
}
/// Sums begin at 0, where they stay exact and no lane has more to do than another.
void reset(const LatticeScene& s) {
  Kokkos::deep_copy(s.space, s.x, 0.0F);
  Kokkos::deep_copy(s.space, s.dv, 0.0F);
}

/// Some nodes, one after the other all over the die and its edge, against plain loops.
bool forward_is_right(const LatticeScene& s) {
  reset(s);
  forward(s);
  const auto x = download(s.space, s.x), v = download(s.space, s.v), w = download(s.space, s.weight);
  const auto index = download(s.space, s.index);
  std::vector<float> actual, expected;
  const std::int64_t nodes = s.lattice.cells();
  for (std::int64_t i = 0; i < nodes; i += 1 + nodes / 997) {
    std::vector<double> sum(kWidth, 0);
    int n = 0;
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      for (std::int64_t dx = -1; dx <= 1; ++dx) {
        if (dx == 0 && dy == 0) continue;
        const std::int64_t column = i % s.side + dx, row = i / s.side + dy;
        const bool inside = column >= 0 && column < s.side && row >= 0 && row < s.side;
        for (int t = 0; inside && t < s.k; ++t) {
          const std::int64_t kept = (row * s.side + column) * s.k + t;
          for (int o = 0; o < kWidth; ++o) {
            sum[o] += static_cast<double>(v[kept]) * static_cast<double>(w[(n * kWidth + index[kept]) * kWidth + o]);
          }
        }
        ++n;
      }
    }
    actual.insert(actual.end(), x.begin() + i * kWidth, x.begin() + (i + 1) * kWidth);
    expected.insert(expected.end(), sum.begin(), sum.end());
  }
  return same(actual, expected);
}
/// f is linear in W and in V: <f, G> = <W, dW> = <V, dV>.
double along_gradient(const LatticeScene& s) {
  reset(s);
  forward(s);
  return dot(s.space, s.x, s.g);
}
bool weight_gradient_is_right(const LatticeScene& s) {
  weight_gradient(s);
  return close(dot(s.space, s.weight, s.gradient), along_gradient(s), 1e-3);
}
bool value_gradient_is_right(const LatticeScene& s) {
  const double expected = along_gradient(s);
  value_gradient(s);
  return close(dot(s.space, s.v, s.dv), expected, 1e-3);
}

struct LatticeKernel {
  const char* name;
  double matrices, per_kept;  ///< N x d matrices that are read or written, and bytes a kept value
  void (*step)(const LatticeScene&);
  bool (*right)(const LatticeScene&);
};
constexpr LatticeKernel kKernels[] = {
    {"add_lattice", 2, 5, forward, forward_is_right},
    {"lattice_weight_gradient", 1, 5, weight_gradient, weight_gradient_is_right},
    {"add_lattice_value_gradient", 1, 9, value_gradient, value_gradient_is_right},
};

void run(benchmark::State& state, const LatticeKernel& kernel, const LatticeScene& s) {
  if (!right_or_skip(state, kernel.right(s))) return;
  const auto nodes = static_cast<double>(s.lattice.cells()), kept = nodes * s.k;
  const Work work{nodes, 4 * kernel.matrices * nodes * kWidth + kernel.per_kept * kept,
                  2.0 * kLatticeNeighbours * kept * kWidth, 0, 0};
  time_step(
      state, s.space, s.yardsticks, work, [&] { kernel.step(s); }, [&] { reset(s); });
}

}  // namespace

void add_lattice_kernels() {
  const auto scene = std::make_shared<std::unique_ptr<LatticeScene>>();  // one at a time, for memory
  for (const int side : {100, 1000}) {
    for (const int k : {4, 8, 16}) {
      for (const LatticeKernel& kernel : kKernels) {
        add_benchmark(fmt::format("{0}/k={1}/{2}x{2}", kernel.name, k, side), [=](benchmark::State& state) {
          if (!*scene || (*scene)->side != side || (*scene)->k != k) {
            scene->reset();
            *scene = std::make_unique<LatticeScene>(side, k);
          }
          run(state, kernel, **scene);
        });
      }
    }
  }
}

}  // namespace gsrgnn
