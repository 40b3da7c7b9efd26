// Every kernel, on the graphs of scene.hpp's circuits, at k = 4, 16 and 32 where it has a k; and those of a lattice of
// GCells (lattice_kernels.hpp):
//   build/release/bin/benchmark_kernels [--circuits=7157.h5,356-R,5324-F] [--width=192] [Google Benchmark's options]

#include <cmath>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/cbsr.hpp>
#include <gsrgnn/kernels/gs_op.hpp>
#include <gsrgnn/kernels/layer_norm.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/gsr_block.hpp>
#include <gsrgnn/models/sage_conv.hpp>

#include "checks.hpp"
#include "kernel_scene.hpp"
#include "lattice_kernels.hpp"

namespace gsrgnn {
namespace {

// ---- the kernels, each as (what it does, whether that is right)

struct Kernel {
  std::string name;
  std::function<Work(const Scene&)> work;
  std::function<void(const Scene&)> step;
  std::function<bool(const Scene&)> right;
  std::function<void(const Scene&)> reset{};  ///< before each step, untimed: for those that work in place
};

double values(const Scene& s) {
  return static_cast<double>(s.size.cells) * s.width;
}
double kept(const Scene& s) {
  return static_cast<double>(s.size.cells) * s.k;
}
double tiles(const Scene& s) {
  return s.width / static_cast<double>(kTile);
}
/// Of a kernel on the values of N x d matrices, `matrices` of them read or written, and `per_kept` bytes a kept value.
std::function<Work(const Scene&)> rows_work(double matrices, double per_kept = 0) {
  return [=](const Scene& s) {
    return Work{static_cast<double>(s.size.cells), 4 * matrices * values(s) + per_kept * kept(s), 0, 0, 0};
  };
}

template <class Action>
void for_each_tile(const Scene& s, const Action& action) {
  for (int tile = 0; tile * kTile < s.width; ++tile) action(tile);
}

void map_rows(const Scene& s, int tile) {
  sparse_linear<kTile>(s.space, s.v, s.index, s.parameters.neighbour_weight, tile, s.block_work.cell_tile);
}
void weight_gradient(const Scene& s, int tile) {
  sparse_linear_weight_gradient<kTile>(s.space, s.v, s.index, s.y, tile * kTile, s.block_work.weight_partial,
                                       slice(s.gradient.neighbour_weight, tile), 0);
}
void add_block(const Scene& s, const Matrix<float, Exec>& v, float sign, const Matrix<float, Exec>& to) {
  add_gsr_block<kTile>(s.space, s.nets, s.block_work, v, s.index, s.parameters, {}, sign, to);
}
void block_backward(const Scene& s) {
  gsr_block_backward<kTile>(s.space, s.nets, s.block_work, s.v, s.index, s.parameters, {}, s.y, s.dv, s.gradient);
}
void layer_norm(const Scene& s) {
  layer_norm_forward(s.space, as_tensor(s.x), s.width, s.ones, s.zeros, as_tensor(s.out), s.moments);
}
SageConvViews<float, Exec> conv_weights(const Scene& s) {
  return {s.yardsticks.square, s.yardsticks.square, s.parameters.bias};
}
template <class Graph>
void convolve(const Scene& s, const Graph& graph) {
  sage_conv<kTile>(s.space, graph, s.conv_work, s.x, conv_weights(s), 1.0F, 0.0F, s.out);
}
void convolve_backward(const Scene& s) {
  sage_conv_backward<kTile>(s.space, s.nets, s.conv_work, s.x, conv_weights(s), s.y, s.out,
                            {s.square, s.square2, Vector<float, Exec>(s.row.data(), s.row.size())});
}
template <class Graph>
void aggregate_mean(const Scene& s, const Graph& graph) {
  mean_aggregate<kTile>(s.space, graph, s.x, s.out, s.conv_work.net_tile);
}

/// X = scatter(V, I)
template <class Values, class Dense>
void scatter(const Scene& s, const Values& v, const Dense& x) {
  Kokkos::deep_copy(s.space, x, 0.0F);
  scatter_add(s.space, v, s.index, x);
}

std::vector<float> scattered(const Scene& s) {
  scatter(s, s.v, s.out);
  return download(s.space, s.out);
}

std::vector<Kernel> kernels_with_k() {
  const auto map_work = [](const Scene& s) {
    return Work{static_cast<double>(s.size.cells), 4 * values(s) + 5 * kept(s) * tiles(s), 2 * values(s) * s.k, 0,
                s.k <= 16 ? 0.25 : 0.0};
  };
  const auto gradient_work = [=](const Scene& s) {
    Work work = map_work(s);
    work.bar_sgemms = 0;
    return work;
  };
  return {
      {"gs_op",
       [](const Scene& s) {
         Work work = rows_work(1, 5)(s);
         work.bar_copies = 2.5;
         return work;
       },
       [](const Scene& s) { gs_op(s.space, s.x, s.width, s.v, s.index, s.has_nan); },
       [](const Scene& s) {
         const auto kept_values = scattered(s), x = download(s.space, s.x);
         for (std::int64_t i = 0; i < s.size.cells; ++i) {
           float least_kept = INFINITY, largest_left = -INFINITY;
           int count = 0;
           for (std::int64_t j = i * s.width; j < (i + 1) * s.width; ++j) {
             const bool is_kept = kept_values[j] == x[j];
             count += is_kept ? 1 : 0;
             (is_kept ? least_kept : largest_left) =
                 is_kept ? std::min(least_kept, x[j]) : std::max(largest_left, x[j]);
           }
           if (count != s.k || least_kept < largest_left) return false;
         }
         return true;
       }},
      {"scatter_add", rows_work(0, 13), [](const Scene& s) { scatter_add(s.space, s.v, s.index, s.out); },
       [](const Scene& s) { return close(dot(s.space, s.out, s.out), dot(s.space, s.v, s.v), 1e-6); },
       [](const Scene& s) { Kokkos::deep_copy(s.space, s.out, 0.0F); }},
      {"gather", rows_work(0, 9), [](const Scene& s) { gather(s.space, s.x, s.index, s.dv); },
       [](const Scene& s) { return download(s.space, s.dv) == download(s.space, s.v); }},
      {"rms_norm_forward", rows_work(0, 9),
       [](const Scene& s) {
         rms_norm_forward(s.space, s.v, s.index, s.parameters.norm_weight, Dropout<float, Exec>(), s.block_work.normed);
       },
       [](const Scene& s) { return close(dot(s.space, s.block_work.normed, s.block_work.normed), kept(s), 1e-3); }},
      {"rms_norm_backward", rows_work(0, 13),
       [](const Scene& s) {
         rms_norm_backward(s.space, s.v, s.index, s.parameters.norm_weight, Dropout<float, Exec>(), s.dv,
                           s.gradient.norm_weight, s.block_work.norm_partial);
       },
       [](const Scene& s) {  // the norm is of degree 0: its gradient has nothing along V
         const double size = dot(s.space, s.dv, s.dv);
         return size > 0 && std::abs(dot(s.space, s.dv, s.v)) < 1e-3 * std::sqrt(size * dot(s.space, s.v, s.v));
       },
       [](const Scene& s) { gather(s.space, s.y, s.index, s.dv); }},
      {"sparse_linear", map_work, [](const Scene& s) { for_each_tile(s, [&](int tile) { map_rows(s, tile); }); },
       [](const Scene& s) {
         scatter(s, s.v, s.yardsticks.to);
         gemm(s.space, 'N', 'N', 1.0F, s.yardsticks.to, s.yardsticks.square, 0.0F, s.out);
         const auto expected = download(s.space, s.out);
         bool right = true;
         for_each_tile(s, [&](int tile) {
           map_rows(s, tile);
           const auto actual = download(s.space, s.block_work.cell_tile);
           std::vector<float> of_tile(actual.size());
           for (std::size_t i = 0; i < actual.size(); ++i) {
             of_tile[i] = expected[i / kTile * s.width + tile * kTile + i % kTile];
           }
           right = right && same(actual, of_tile);
         });
         return right;
       }},
      {"sparse_linear_weight_gradient", gradient_work,
       [](const Scene& s) { for_each_tile(s, [&](int tile) { weight_gradient(s, tile); }); },
       [](const Scene& s) {
         scatter(s, s.v, s.out);
         gemm(s.space, 'T', 'N', 1.0F, s.out, s.y, 0.0F, s.square);
         return same(s.dense(s.gradient.neighbour_weight), download(s.space, s.square));
       }},
      {"block_forward",
       [](const Scene& s) {
         Work work = rows_work(2, 5)(s);
         work.operations = 4 * values(s) * s.k;
         work.bar_copies = s.k == 4 ? 6 : s.k == 16 ? 7 : 0;
         return work;
       },
       [](const Scene& s) { add_block(s, s.v, 1.0F, s.out); },
       [](const Scene& s) {  // against the convolution on edges, of the same rows; and it reverses
         Kokkos::deep_copy(s.space, s.out, 0.0F);
         add_block(s, s.v, 1.0F, s.out);
         const auto actual = download(s.space, s.out);
         add_block(s, s.v, -1.0F, s.out);
         const auto nothing = download(s.space, s.out);
         upload(s.space, s.square, s.dense(s.parameters.self_weight));
         scatter(s, s.block_work.normed, s.yardsticks.to);
         sage_conv<kTile>(s.space, s.edges, s.conv_work, s.yardsticks.to,
                          {s.yardsticks.square, s.square, s.parameters.bias}, 1.0F, 0.0F, s.out);
         add_bias(s.space, 1.0F, s.parameters.bias, s.out);
         return same(actual, download(s.space, s.out)) && std::sqrt(dot(nothing, nothing) / values(s)) < 1e-5;
       }},
      {"block_backward",
       [](const Scene& s) {
         Work work = rows_work(1, 9)(s);
         work.operations = 8 * values(s) * s.k;
         return work;
       },
       block_backward,
       [](const Scene& s) {  // against the slope of <G, f(V)> along the gradient: along others it may be next to none
         block_backward(s);
         const auto v = download(s.space, s.v);
         auto direction = download(s.space, s.dv);
         const double length = std::sqrt(dot(direction, direction)), one = std::sqrt(static_cast<double>(v.size()));
         for (float& along : direction) along *= static_cast<float>(one / length);
         const double slope = length * one;
         const auto value_at = [&](float step) {
           std::vector<float> moved(v);
           for (std::size_t i = 0; i < v.size(); ++i) moved[i] += step * direction[i];
           upload(s.space, s.dv, moved);
           Kokkos::deep_copy(s.space, s.out, 0.0F);
           add_block(s, s.dv, 1.0F, s.out);
           return dot(s.space, s.out, s.y);
         };
         return close(slope, (value_at(0.01F) - value_at(-0.01F)) / 0.02, 0.01);
       }},
  };
}

std::vector<Kernel> kernels_without_k() {
  const auto gemm_work = [](double products) {
    return [=](const Scene& s) {
      Work work = rows_work(products + 1)(s);
      work.operations = products * 2 * values(s) * s.width;
      return work;
    };
  };
  const auto pins_work = [](const Scene& s) {
    return Work{static_cast<double>(s.size.pins), 8 * values(s) + 8.0 * s.size.pins * tiles(s), 0, 0, 0};
  };
  const auto transposes = [](const Scene& s, const Matrix<float, Exec>& image) {
    // <A^T x, y> against <x, A y>; out = A^T x or the like
    const double forward = dot(s.space, s.out, s.y);
    return close(forward, dot(s.space, s.x, image), 1e-3);
  };
  return {
      {"copy", rows_work(2), [](const Scene& s) { Kokkos::deep_copy(s.space, s.out, s.x); },
       [](const Scene& s) { return download(s.space, s.out) == download(s.space, s.x); }},
      {"gemm", gemm_work(1),
       [](const Scene& s) { gemm(s.space, 'N', 'N', 1.0F, s.x, s.yardsticks.square, 0.0F, s.out); },
       [=](const Scene& s) {
         gemm(s.space, 'N', 'T', 1.0F, s.y, s.yardsticks.square, 0.0F, s.yardsticks.to);
         return transposes(s, s.yardsticks.to);
       }},
      {"gemm_transposed", gemm_work(1), [](const Scene& s) { gemm(s.space, 'T', 'N', 1.0F, s.x, s.y, 0.0F, s.square); },
       [](const Scene& s) {  // <X^T Y, W> = <Y, X W>
         gemm(s.space, 'N', 'N', 1.0F, s.x, s.yardsticks.square, 0.0F, s.out);
         return close(dot(s.space, s.square, s.yardsticks.square), dot(s.space, s.y, s.out), 1e-2);
       }},
      {"mean_aggregate_nets", pins_work, [](const Scene& s) { aggregate_mean(s, s.nets); },
       [](const Scene& s) {
         const auto actual = download(s.space, s.out);
         aggregate_mean(s, s.edges);
         return same(actual, download(s.space, s.out));
       }},
      {"mean_aggregate_expanded",
       [](const Scene& s) {
         return Work{static_cast<double>(s.size.edges), 8 * values(s) + 4.0 * s.size.edges * tiles(s), 0, 0, 0};
       },
       [](const Scene& s) { aggregate_mean(s, s.edges); },
       [](const Scene& s) {
         const auto actual = download(s.space, s.out);
         aggregate_mean(s, s.nets);
         return same(actual, download(s.space, s.out));
       }},
      {"mean_aggregate_transposed", pins_work,
       [](const Scene& s) { mean_aggregate_transposed<kTile>(s.space, s.nets, s.x, s.out, s.conv_work.net_tile); },
       [=](const Scene& s) {
         mean_aggregate<kTile>(s.space, s.nets, s.y, s.yardsticks.to, s.conv_work.net_tile);
         return transposes(s, s.yardsticks.to);
       }},
      {"symmetric_aggregate", pins_work,
       [](const Scene& s) { symmetric_aggregate<kTile>(s.space, s.nets, s.x, s.out, s.conv_work.net_tile); },
       [](const Scene& s) {
         const auto actual = download(s.space, s.out);
         symmetric_aggregate<kTile>(s.space, s.edges, s.x, s.out, s.conv_work.net_tile);
         return same(actual, download(s.space, s.out));
       }},
      {"column_sums", rows_work(1),
       [](const Scene& s) {
         bias_gradient<kTile>(s.space, s.x, s.conv_work, Vector<float, Exec>(s.row.data(), s.row.size()));
       },
       [](const Scene& s) {
         const auto x = download(s.space, s.x);
         std::vector<double> sums(s.row.size());
         for (std::size_t i = 0; i < x.size(); ++i) sums[i % sums.size()] += x[i];
         return same(download(s.space, s.row), std::vector<float>(sums.begin(), sums.end()));
       }},
      {"add_bias_relu", rows_work(2), [](const Scene& s) { add_bias_relu(s.space, s.parameters.bias, s.out); },
       [](const Scene& s) {
         Kokkos::deep_copy(s.space, s.out, s.x);
         add_bias_relu(s.space, s.parameters.bias, s.out);
         const auto x = download(s.space, s.x), bias = download(s.space, s.parameters.bias);
         std::vector<float> expected(x.size());
         for (std::size_t i = 0; i < x.size(); ++i) expected[i] = std::max(0.0F, x[i] + bias[i % bias.size()]);
         return download(s.space, s.out) == expected;
       }},
      {"layer_norm_forward", rows_work(2), layer_norm,
       [](const Scene& s) { return close(dot(s.space, s.out, s.out), values(s), 1e-3); }},
      {"layer_norm_backward", rows_work(3),
       [](const Scene& s) {
         layer_norm_backward(s.space, as_tensor(s.x), s.width, s.ones, s.moments, as_tensor(s.out), s.row, s.row2,
                             s.norm_partial);
       },
       [](const Scene& s) {  // the norm is of degree 0: its gradient has nothing along X
         const double size = dot(s.space, s.out, s.out);
         return close(size, values(s), 0.1) && std::abs(dot(s.space, s.out, s.x)) < 1e-3 * size;
       },
       [](const Scene& s) {
         layer_norm(s);
         Kokkos::deep_copy(s.space, s.out, s.y);
       }},
      {"sage_conv", gemm_work(2), [](const Scene& s) { convolve(s, s.nets); },
       [](const Scene& s) {
         const auto actual = download(s.space, s.out);
         convolve(s, s.edges);
         return same(actual, download(s.space, s.out));
       }},
      {"sage_conv_backward", gemm_work(4), convolve_backward,
       [](const Scene& s) {  // f is linear in Z but for the bias: <f(Z), G> = <Z, dZ>
         const double backward = dot(s.space, s.out, s.x);
         convolve(s, s.nets);
         return close(dot(s.space, s.out, s.y), backward, 1e-2);
       }},
      {"adam_update",
       [](const Scene&) {
         return Work{static_cast<double>(kAdamCount), 28.0 * kAdamCount, 0, 0, 0};
       },
       [](const Scene& s) {
         adam_update(s.space, AdamOptions(), 1, s.adam_parameter, s.adam_m, s.adam_v, s.adam_gradient, 0, kAdamCount);
       },
       [](const Scene& s) {  // the first step is one learning rate long, against the gradient
         for (const auto& one : {s.adam_parameter, s.adam_m, s.adam_v}) Kokkos::deep_copy(s.space, one, 0.0F);
         adam_update(s.space, AdamOptions(), 1, s.adam_parameter, s.adam_m, s.adam_v, s.adam_gradient, 0, kAdamCount);
         const auto moved = download(s.space, s.adam_parameter), gradient = download(s.space, s.adam_gradient);
         std::vector<float> expected(moved.size());
         for (std::size_t i = 0; i < moved.size(); ++i) expected[i] = gradient[i] > 0 ? -1e-3F : 1e-3F;
         return close(dot(moved, expected), dot(expected, expected), 1e-2);
       }},
      {"squared_error", rows_work(2),
       [](const Scene& s) { squared_error(s.space, s.x, s.y, s.part, 0, s.loss_partial); },
       [](const Scene& s) {
         const double expected = dot(s.space, s.x, s.x) + dot(s.space, s.y, s.y) - 2 * dot(s.space, s.x, s.y);
         return close(squared_error(s.space, s.x, s.y, s.part, 0, s.loss_partial), expected, 1e-5);
       }},
      {"draw_dropout", rows_work(0.25), [](const Scene& s) { draw_dropout(s.space, 0.25, s.width, 1, 1, s.kept); },
       [](const Scene& s) {
         double sum = 0;
         for (const std::uint8_t one : download(s.space, s.kept)) sum += one;
         return close(sum, 0.75 * values(s), 1e-2);
       }},
  };
}

/// The scene of the benchmark that runs; one at a time, for memory.
class Stage {
 public:
  const Scene& of(const std::shared_ptr<LazyCircuit>& circuit, int width, int k) {
    if (!scene_ || circuit != circuit_ || k != scene_->k) {
      scene_.reset();
      scene_ = std::make_unique<Scene>(circuit->get(), count(circuit->get()), width, k);
      circuit_ = circuit;
    }
    return *scene_;
  }

 private:
  std::shared_ptr<LazyCircuit> circuit_;
  std::unique_ptr<Scene> scene_;
};

void add_kernel(const Kernel& kernel, const std::string& name, int k, const std::shared_ptr<LazyCircuit>& circuit,
                int width, const std::shared_ptr<Stage>& stage) {
  add_benchmark(name, [=](benchmark::State& state) {
    const Scene& s = stage->of(circuit, width, k);
    const auto reset = [&] {
      if (kernel.reset) kernel.reset(s);
    };
    reset();
    kernel.step(s);
    if (!right_or_skip(state, kernel.right(s))) return;
    time_step(
        state, s.space, s.yardsticks, kernel.work(s), [&] { kernel.step(s); }, reset);
  });
}

}  // namespace
}  // namespace gsrgnn

int main(int argc, char** argv) {
  using namespace gsrgnn;
  std::weak_ptr<Stage> stage;  // the benchmarks own it, and go before Kokkos does
  return run_benchmarks(argc, argv, "benchmark_kernels",
                        [&](const std::shared_ptr<LazyCircuit>& circuit, const BenchmarkOptions& options) {
                          const auto shared = stage.expired() ? std::make_shared<Stage>() : stage.lock();
                          if (stage.expired()) add_lattice_kernels();  // once, whatever the circuits
                          stage = shared;
                          for (const int k : {4, 16, 32}) {
                            for (const Kernel& kernel : kernels_with_k()) {
                              add_kernel(kernel, fmt::format("{}/k={}/{}", kernel.name, k, circuit->name()), k, circuit,
                                         options.width, shared);
                            }
                          }
                          for (const Kernel& kernel : kernels_without_k()) {
                            add_kernel(kernel, fmt::format("{}/{}", kernel.name, circuit->name()), 32, circuit,
                                       options.width, shared);
                          }
                        });
}
