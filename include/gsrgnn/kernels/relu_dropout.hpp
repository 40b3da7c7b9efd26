#pragma once

/// ReLU and dropout. As activations they ride on other kernels: functors of (a pack, group, row, first column) that
/// give the values activated, or the gradients before the activation. `relu_backward` is the same as a pass of its own,
/// for layers that have no other kernel to carry it.

#include <cstdint>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/random.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

struct NoActivation {
  template <class P>
  KOKKOS_FORCEINLINE_FUNCTION P operator()(const P& values, int, std::int64_t, int) const {
    return values;
  }
};

/// The values of a grouped embedding that dropout keeps. Without a mask it keeps all.
template <class Scalar, class Exec>
struct Dropout {
  Tensor<std::uint8_t, Exec> kept;  ///< C x N x padded d: 1 kept, 0 dropped
  Scalar scale = 1;                 ///< of the kept values: 1 / (1 - rate)
  /// What a value of the first group is multiplied by.
  KOKKOS_FORCEINLINE_FUNCTION Scalar factor(std::int64_t row, int column) const {
    if (kept.data() == nullptr) return 1;
    return kept(0, row, column) != 0 ? scale : Scalar(0);
  }
};
template <class Scalar, class Exec>
Dropout<Scalar, Exec> slice(const Dropout<Scalar, Exec>& dropout, int group) {
  if (dropout.kept.data() == nullptr) return dropout;
  return {as_tensor(slice(dropout.kept, group)), dropout.scale};
}

/// max(0, value), dropped or scaled.
template <class Scalar, class Exec>
struct ReluDropout {
  Dropout<Scalar, Exec> dropout;
  template <class P>
  KOKKOS_FORCEINLINE_FUNCTION P operator()(const P& values, int group, std::int64_t row, int column) const {
    const P positive = where_positive(values, values);
    if (dropout.kept.data() == nullptr) return positive;
    return positive * (P::load(&dropout.kept(group, row, column)) * dropout.scale);
  }
};

/// Its gradient, told by the activated value: a place that is 0 was closed or dropped.
template <class Scalar, class Exec>
struct ReluDropoutBackward {
  Tensor<Scalar, Exec> activated;
  Scalar scale = 1;
  template <class P>
  KOKKOS_FORCEINLINE_FUNCTION P operator()(const P& gradient, int group, std::int64_t row, int column) const {
    return where_positive(P::load(&activated(group, row, column)), gradient) * scale;
  }
};

/// Draws a mask that drops each value with probability `rate`: a function of (seed, draw, cell, column) alone, so the
/// same on every backend and for any number of threads.
template <class Exec>
void draw_dropout(const Exec& space, double rate, int width, std::uint64_t seed, std::uint64_t draw,
                  const Tensor<std::uint8_t, Exec>& kept) {
  const auto rows = static_cast<std::int64_t>(kept.extent(1));
  const auto groups = static_cast<std::int64_t>(kept.extent(0));
  const auto stream = hash_words(seed, draw);
  const auto threshold = static_cast<std::uint64_t>(rate * 0x1p32);
  Kokkos::parallel_for(
      "gsrgnn::kernels::draw_dropout", Kokkos::RangePolicy<Exec>(space, 0, groups * rows),
      KOKKOS_LAMBDA(const std::int64_t i) {
        const std::int64_t group = i / rows, row = i % rows;
        for (int c = 0; c < width; ++c) {
          const auto place = static_cast<std::uint64_t>((row * groups + group) * width + c);
          kept(group, row, c) = (hash_words(stream, place) >> 32) >= threshold ? 1 : 0;
        }
      });
}

template <class Exec, class Scalar>
struct AddBias {
  Vector<Scalar, Exec> bias;
  Scalar factor;
  bool relu;
  Matrix<Scalar, Exec> x;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(x.extent(1))), [&](const int c) {
      const Scalar value = x(row, c) + factor * bias(c);
      x(row, c) = relu && value < 0 ? Scalar(0) : value;
    });
  }
};

/// X += factor * bias in every row.
template <class Exec, class Scalar>
void add_bias(const Exec& space, Scalar factor, const Vector<Scalar, Exec>& bias, const Matrix<Scalar, Exec>& x) {
  for_each_row(space, "gsrgnn::kernels::add_bias", static_cast<std::int64_t>(x.extent(0)),
               AddBias<Exec, Scalar>{bias, factor, false, x});
}

/// X = ReLU(X + bias)
template <class Exec, class Scalar>
void add_bias_relu(const Exec& space, const Vector<Scalar, Exec>& bias, const Matrix<Scalar, Exec>& x) {
  for_each_row(space, "gsrgnn::kernels::add_bias_relu", static_cast<std::int64_t>(x.extent(0)),
               AddBias<Exec, Scalar>{bias, Scalar(1), true, x});
}

template <class Exec, class Scalar>
struct ReluBackward {
  Matrix<Scalar, Exec> activated, g;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(g.extent(1))),
                         [&](const int c) { g(row, c) = activated(row, c) > 0 ? g(row, c) : Scalar(0); });
  }
};

/// On entry g = dL/dY of Y = ReLU(X); on return g = dL/dX.
template <class Exec, class Scalar>
void relu_backward(const Exec& space, const Matrix<Scalar, Exec>& activated, const Matrix<Scalar, Exec>& g) {
  for_each_row(space, "gsrgnn::kernels::relu_backward", static_cast<std::int64_t>(g.extent(0)),
               ReluBackward<Exec, Scalar>{activated, g});
}

}  // namespace gsrgnn
