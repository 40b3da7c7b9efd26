#pragma once

/// Which lanes of a host's vector register reach a threshold, as bits, and what to do with those. Instruction sets have
/// instructions for it that no compiler finds in a loop; this is the only file that names any.

#include <gsrgnn/kernels/pack.hpp>
#if defined(GSRGNN_NATIVE_VECTORS) && defined(__AVX512BW__) && defined(__AVX512VL__) && !defined(__CUDACC__)
#define GSRGNN_LANE_MASKS  // not under nvcc, which cannot read the header
#include <immintrin.h>
#endif

namespace gsrgnn {

/// For registers that the machine has no masks for.
template <class Register>
struct LaneMask {
  static constexpr bool kAvailable = false;
};

#ifdef GSRGNN_LANE_MASKS
template <>
struct LaneMask<VectorRegister<float, 16>> {
  static constexpr bool kAvailable = true;
  using Register = VectorRegister<float, 16>;

  /// Bit l: whether lane l is >= threshold. No NaN is.
  static unsigned at_least(const Register& values, float threshold) {
    return _mm512_cmp_ps_mask(__m512(values.lanes), _mm512_set1_ps(threshold), _CMP_GE_OQ);
  }
  static int count(unsigned mask) { return __builtin_popcount(mask); }

  /// Writes the lanes of `mask` next to each other to v, and their columns, the first lane's being `column`, to index.
  template <class Column>
  static void store(const Register& values, unsigned mask, int column, float* v, Column* index) {
    const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const auto chosen = static_cast<__mmask16>(mask);
    const auto written = static_cast<__mmask16>((1U << count(mask)) - 1U);
    _mm512_mask_storeu_ps(v, written, _mm512_maskz_compress_ps(chosen, __m512(values.lanes)));
    // With a mask, for those without begin from a value that GCC 12 then warns is undefined.
    const auto columns = _mm512_maskz_compress_epi32(chosen, _mm512_add_epi32(lane, _mm512_set1_epi32(column)));
    if constexpr (sizeof(Column) == 1) {
      _mm_mask_storeu_epi8(index, written, _mm512_maskz_cvtepi32_epi8(written, columns));
    } else {
      _mm256_mask_storeu_epi16(index, written, _mm512_maskz_cvtepi32_epi16(written, columns));
    }
  }
};
#endif

}  // namespace gsrgnn
