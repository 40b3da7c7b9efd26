#pragma once

/// Adam (Kingma and Ba) with bias correction, on any run of parameters; with weight decay, AdamW (Loshchilov and
/// Hutter, "Decoupled weight decay regularization", 2019, Algorithm 2): every parameter shrinks by rate x decay a step.

#include <cmath>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

struct AdamOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weight_decay = 0;
};

/// One update of parameters [first, first + count) with gradient(0 .. count); step counts from 1.
/// m, v: first and second moment, of the parameters' extent.
template <class Exec, class Scalar>
void adam_update(const Exec& space, const AdamOptions& options, std::int64_t step,
                 const Vector<Scalar, Exec>& parameter, const Vector<Scalar, Exec>& m, const Vector<Scalar, Exec>& v,
                 const Vector<Scalar, Exec>& gradient, std::int64_t first, std::int64_t count) {
  const auto exponent = static_cast<double>(step);
  const auto beta1 = static_cast<Scalar>(options.beta1), rest1 = static_cast<Scalar>(1.0 - options.beta1);
  const auto beta2 = static_cast<Scalar>(options.beta2), rest2 = static_cast<Scalar>(1.0 - options.beta2);
  const auto rate = static_cast<Scalar>(options.learning_rate / (1.0 - std::pow(options.beta1, exponent)));
  const auto correction = static_cast<Scalar>(1.0 / std::sqrt(1.0 - std::pow(options.beta2, exponent)));
  const auto epsilon = static_cast<Scalar>(options.epsilon);
  const auto keep = static_cast<Scalar>(1.0 - options.learning_rate * options.weight_decay);
  Kokkos::parallel_for(
      "gsrgnn::kernels::adam_update", Kokkos::RangePolicy<Exec>(space, 0, count), KOKKOS_LAMBDA(const std::int64_t j) {
        const std::int64_t i = first + j;
        const Scalar g = gradient(j);
        m(i) = beta1 * m(i) + rest1 * g;
        v(i) = beta2 * v(i) + rest2 * g * g;
        parameter(i) = keep * parameter(i) - rate * m(i) / (std::sqrt(v(i)) * correction + epsilon);
      });
}

}  // namespace gsrgnn
