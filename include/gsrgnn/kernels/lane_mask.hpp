#pragma once

/// Which lanes, of a host's vector register or of a GPU's warp, reach a threshold, as bits, and what to do with those.
/// Instruction sets have instructions for it that no compiler finds in a loop; this is the only file that names any.

#include <array>
#include <cstdint>
#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/kernels/row_team.hpp>
#if defined(GSRGNN_NATIVE_VECTORS) && defined(__AVX2__) && !defined(__CUDACC__)
#define GSRGNN_LANE_MASKS  // not under nvcc, which cannot read the header
#include <immintrin.h>
#endif

namespace gsrgnn {

/// For registers that the machine has no masks for. Of others, bit l of a mask is lane l's:
///   at_least(values, threshold)   those >= threshold; no NaN is
///   numbers(values)               those that are no NaN
///   count(mask)
///   compress(values, mask, column, v, index)
/// The last writes the lanes of the mask next to each other to v, and their columns to index: `column` is the first
/// lane's, or points to all lanes'. What either has behind them, up to a whole register, is overwritten; they may be
/// where the lanes themselves were loaded from.
template <class Register>
struct LaneMask {
  static constexpr bool kAvailable = false;
};

#ifdef GSRGNN_LANE_MASKS
#ifdef __AVX512F__
template <>
struct LaneMask<VectorRegister<float, 16>> {
  static constexpr bool kAvailable = true;
  using Register = VectorRegister<float, 16>;

  static unsigned at_least(const Register& values, float threshold) {
    return bits_of(_mm512_cmp_ps_mask(__m512(values.lanes), _mm512_set1_ps(threshold), _CMP_GE_OQ));
  }
  static unsigned numbers(const Register& values) {
    return bits_of(_mm512_cmp_ps_mask(__m512(values.lanes), __m512(values.lanes), _CMP_ORD_Q));
  }
  static int count(unsigned mask) { return __builtin_popcount(mask); }
  static void compress(const Register& values, unsigned mask, int column, float* v, std::int32_t* index) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    compress(values, mask, _mm512_add_epi32(lane, _mm512_set1_epi32(column)), v, index);
  }
  static void compress(const Register& values, unsigned mask, const std::int32_t* column, float* v,
                       std::int32_t* index) {
    compress(values, mask, _mm512_loadu_si512(column), v, index);
  }

 private:
  static void compress(const Register& values, unsigned mask, __m512i columns, float* v, std::int32_t* index) {
    const auto chosen = static_cast<__mmask16>(mask);
    // To registers first: on some processors a compression straight into memory takes a hundred cycles.
    _mm512_storeu_ps(v, _mm512_maskz_compress_ps(chosen, __m512(values.lanes)));
    _mm512_storeu_si512(index, _mm512_maskz_compress_epi32(chosen, columns));
  }
  /// GCC 12 keeps a mask that it has no register for in two bytes of the stack, and reads four: it is made to have one.
  static unsigned bits_of(__mmask16 lanes) {
    unsigned bits = lanes;
    asm("" : "+r"(bits));
    return bits;
  }
};
#endif

/// For each mask of eight lanes its lanes in ascending order, a byte each: AVX2 has no instruction that compresses.
constexpr std::array<std::uint64_t, 256> lanes_of_masks() {
  std::array<std::uint64_t, 256> lanes{};
  for (unsigned mask = 0; mask < 256; ++mask) {
    unsigned slot = 0;
    for (unsigned lane = 0; lane < 8; ++lane) {
      if ((mask >> lane & 1U) != 0) lanes[mask] |= static_cast<std::uint64_t>(lane) << (8 * slot++);
    }
  }
  return lanes;
}
inline constexpr std::array<std::uint64_t, 256> kLanesOfMask = lanes_of_masks();

template <>
struct LaneMask<VectorRegister<float, 8>> {
  static constexpr bool kAvailable = true;
  using Register = VectorRegister<float, 8>;

  static unsigned at_least(const Register& values, float threshold) {
    return mask_of(_mm256_cmp_ps(__m256(values.lanes), _mm256_set1_ps(threshold), _CMP_GE_OQ));
  }
  static unsigned numbers(const Register& values) {
    return mask_of(_mm256_cmp_ps(__m256(values.lanes), __m256(values.lanes), _CMP_ORD_Q));
  }
  static int count(unsigned mask) { return __builtin_popcount(mask); }
  static void compress(const Register& values, unsigned mask, int column, float* v, std::int32_t* index) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    compress(values, mask, _mm256_add_epi32(lane, _mm256_set1_epi32(column)), v, index);
  }
  static void compress(const Register& values, unsigned mask, const std::int32_t* column, float* v,
                       std::int32_t* index) {
    compress(values, mask, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(column)), v, index);
  }

 private:
  static void compress(const Register& values, unsigned mask, __m256i columns, float* v, std::int32_t* index) {
    const __m256i lanes = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<std::int64_t>(kLanesOfMask[mask])));
    _mm256_storeu_ps(v, _mm256_permutevar8x32_ps(__m256(values.lanes), lanes));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(index), _mm256_permutevar8x32_epi32(columns, lanes));
  }
  static unsigned mask_of(__m256 lanes) { return static_cast<unsigned>(_mm256_movemask_ps(lanes)); }
};
#endif

/// Of the lanes of a GPU that share a thread: bit l is what lane l says. All lanes ask.
template <class Exec>
KOKKOS_FORCEINLINE_FUNCTION std::uint32_t lanes_where([[maybe_unused]] const TeamMember<Exec>& member, bool mine) {
  static_assert(Tuning<Exec>::kVectorLength == 32);
#ifdef __CUDA_ARCH__
  return __ballot_sync(0xffffffffU, mine);
#else
  std::uint32_t bits = 0;
  Kokkos::parallel_reduce(
      Kokkos::ThreadVectorRange(member, 32),
      [&](const int lane, std::uint32_t& sum) { sum += static_cast<std::uint32_t>(mine) << lane; }, bits);
  return bits;
#endif
}
KOKKOS_FORCEINLINE_FUNCTION int count_bits(std::uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __popc(bits);
#else
  return __builtin_popcount(bits);
#endif
}

}  // namespace gsrgnn
