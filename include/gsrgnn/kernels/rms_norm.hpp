#pragma once

/// RMS normalisation of the kept values of a row: the pre-norm of a GSR block, done on k values instead of d. Dropout
/// rides along, with a mask over the d columns of which a row's k places are looked up.
///   v^[i,t] = gamma[I[i,t]] V[i,t] r_i m[i,I[i,t]],   r_i = 1 / sqrt(mean_t V[i,t]^2 + eps)

#include <cmath>
#include <gsrgnn/kernels/chunk_sums.hpp>
#include <gsrgnn/kernels/relu_dropout.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#include <gsrgnn/util/views.hpp>

namespace gsrgnn {

constexpr double kRmsEpsilon = 1e-5;

/// r of a row of V. A host adds four squares at a time: one after the other each would wait for the last.
template <class Exec, class Values>
KOKKOS_FORCEINLINE_FUNCTION auto inverse_rms(const TeamMember<Exec>& member, const Values& v, std::int64_t row) ->
    typename Values::non_const_value_type {
  using Scalar = typename Values::non_const_value_type;
  const int k = static_cast<int>(v.extent(1));
  Scalar squares = 0;
  if constexpr (Tuning<Exec>::kHost) {
    using Four = Pack<Scalar, 4, 4, kNativeVectors>;
    Four of_four = 0;
    int t = 0;
    for (; t + Four::kWidth <= k; t += Four::kWidth) {
      const Four value = Four::load(&v(row, t));
      of_four = fma(value, value, of_four);
    }
    squares = of_four.sum();
    for (; t < k; ++t) squares += v(row, t) * v(row, t);
  } else {
    Kokkos::parallel_reduce(
        Kokkos::ThreadVectorRange(member, k), [&](const int t, Scalar& sum) { sum += v(row, t) * v(row, t); }, squares);
  }
  return Scalar(1) / std::sqrt(squares / Scalar(k) + Scalar(kRmsEpsilon));
}

template <class Exec, class Values, class Columns, class Gamma>
struct RmsNormForward {
  using Scalar = typename Values::non_const_value_type;
  Values v;
  Columns index;
  Gamma gamma;
  Values out;
  Dropout<Scalar, Exec> dropout;
  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member, std::int64_t row, void*) const {
    const Scalar r = inverse_rms<Exec>(member, v, row);
    const auto kept = Kokkos::ThreadVectorRange(member, static_cast<int>(v.extent(1)));
    const Scalar* const value = &v(row, 0);
    const auto* const column = &index(row, 0);
    const Scalar* const weight = gamma.data();
    Scalar* const to = &out(row, 0);
    if (dropout.kept.data() == nullptr) {
      Kokkos::parallel_for(kept, [&](const int t) { to[t] = weight[column[t]] * value[t] * r; });
    } else {
      Kokkos::parallel_for(
          kept, [&](const int t) { to[t] = weight[column[t]] * value[t] * r * dropout.factor(row, column[t]); });
    }
  }
};

/// out = v^ (N x k) from V, I (N x k), gamma (d) and a dropout mask of one group.
template <class Exec, class Values, class Columns, class Gamma, class Mask>
void rms_norm_forward(const Exec& space, const Values& v, const Columns& index, const Gamma& gamma, const Mask& dropout,
                      const Values& out) {
  for_each_row(space, "gsrgnn::kernels::rms_norm_forward", static_cast<std::int64_t>(v.extent(0)),
               RmsNormForward<Exec, Values, Columns, Gamma>{v, index, gamma, out, dropout});
}

/// Of a chunk of rows, and its part in dL/dgamma: the team's threads take turns, each with sums of its own in fast
/// memory (`Shared`), which are then added in their order; or a single one sums where the part is left.
template <bool Shared, class Exec, class Values, class Columns, class Gamma>
struct RmsNormBackward {
  using Scalar = typename Values::non_const_value_type;
  Values v;
  Columns index;
  Gamma gamma;
  Values g;
  Matrix<Scalar, Exec> partial;
  Dropout<Scalar, Exec> dropout;

  KOKKOS_FUNCTION void operator()(const TeamMember<Exec>& member) const {
    const int d = static_cast<int>(gamma.extent(0)), chunk = member.league_rank();
    const RowChunk rows = row_chunk<Exec>(static_cast<std::int64_t>(v.extent(0)), chunk);
    if constexpr (Shared) {
      const int threads = member.team_size(), thread = member.team_rank();
      auto* const sums = static_cast<Scalar*>(member.team_scratch(0).get_shmem(threads * d * sizeof(Scalar)));
      add_rows(member, {rows.first + thread, rows.last}, threads, sums + thread * d);
      member.team_barrier();
      const int share = (d + threads - 1) / threads;
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, share), [&](const int i) {
        const int c = thread * share + i;
        if (c >= d) return;
        Scalar sum = 0;
        for (int other = 0; other < threads; ++other) sum += sums[other * d + c];
        partial(chunk, c) = sum;
      });
    } else {
      add_rows(member, rows, 1, &partial(chunk, 0));
    }
  }

 private:
  /// dL/dV of every `step`-th row, and in `sum` their part in dL/dgamma.
  KOKKOS_FORCEINLINE_FUNCTION void add_rows(const TeamMember<Exec>& member, RowChunk rows, int step,
                                            Scalar* sum) const {
    const int k = static_cast<int>(v.extent(1));
    Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, static_cast<int>(gamma.extent(0))),
                         [&](const int c) { sum[c] = 0; });
    for (std::int64_t row = rows.first; row < rows.last; row += step) {
      const Scalar r = inverse_rms<Exec>(member, v, row);
      Scalar along = 0;
      Kokkos::parallel_reduce(
          Kokkos::ThreadVectorRange(member, k),
          [&](const int t, Scalar& total) {
            const int c = index(row, t);
            total += gamma(c) * dropout.factor(row, c) * g(row, t) * v(row, t);
          },
          along);
      const Scalar pull = r * r * r * along / Scalar(k);
      Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, k), [&](const int t) {
        const int c = index(row, t);
        const Scalar dv = dropout.factor(row, c) * g(row, t);
        sum[c] += dv * v(row, t) * r;
        g(row, t) = gamma(c) * r * dv - pull * v(row, t);
      });
    }
  }
};

/// On entry g = dL/dv^ (N x k); on return g = dL/dV, and gamma_gradient (d) = dL/dgamma.
/// `partial` (row chunks x d) is workspace.
template <class Exec, class Values, class Columns, class Gamma, class Mask, class Partial>
void rms_norm_backward(const Exec& space, const Values& v, const Columns& index, const Gamma& gamma,
                       const Mask& dropout, const Values& g, const Gamma& gamma_gradient, const Partial& partial) {
  using T = Tuning<Exec>;
  using Policy = Kokkos::TeamPolicy<Exec>;
  constexpr const char* kLabel = "gsrgnn::kernels::rms_norm_backward";
  const std::size_t room = gamma.extent(0) * sizeof(typename Values::non_const_value_type) + 64;
  const TeamShape team = shape_team(T::kTeamSize, room, static_cast<std::size_t>(Policy::scratch_size_max(0)));
  if (T::kHost || team.scratch_level > 0) {
    Kokkos::parallel_for(kLabel, Policy(space, T::kRowChunks, 1, T::kVectorLength),
                         RmsNormBackward<false, Exec, Values, Columns, Gamma>{v, index, gamma, g, partial, dropout});
  } else {
    Policy policy(space, T::kRowChunks, team.threads, T::kVectorLength);
    policy.set_scratch_size(0, Kokkos::PerThread(static_cast<int>(room)));
    Kokkos::parallel_for(kLabel, policy,
                         RmsNormBackward<true, Exec, Values, Columns, Gamma>{v, index, gamma, g, partial, dropout});
  }
  sum_row_chunks(space, "gsrgnn::kernels::rms_norm_backward_sum", partial, gamma_gradient);
}

}  // namespace gsrgnn
