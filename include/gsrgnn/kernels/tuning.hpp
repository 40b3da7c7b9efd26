#pragma once

/// Every compile-time number that depends on the backend, and nothing else. The kernels are the same everywhere, but
/// for some whose lanes share more than a loop: gradients (warp_gradients.hpp, gsr_backward_rows.hpp), GS-Op
/// (row_of_lanes.hpp) and the pass to nets (message_passing.hpp).

#include <Kokkos_Core.hpp>
#include <utility>

/// Vector types of the compiler on the host side; loops of known length are unrolled on either side.
#if defined(__GNUC__) && !defined(__CUDA_ARCH__) && !defined(__HIP_DEVICE_COMPILE__)
#define GSRGNN_NATIVE_VECTORS
#endif
#if defined(__clang__) || defined(__CUDA_ARCH__)
#define GSRGNN_UNROLL _Pragma("unroll")
#elif defined(__CUDACC__)  // the host side of nvcc, which knows neither
#define GSRGNN_UNROLL
#else
#define GSRGNN_UNROLL _Pragma("GCC unroll 16")
#endif

namespace gsrgnn {

#ifdef GSRGNN_NATIVE_VECTORS
constexpr bool kNativeVectors = true;
#else
constexpr bool kNativeVectors = false;
#endif

/// Host: cores with vector registers; else a GPU.
template <bool Host>
struct TuningOf {
  static constexpr bool kHost = Host;

  /// Columns of a tile that one work item holds in registers: all of them on a host core, one 16-byte load on a GPU.
  static constexpr int kColumnsPerItem = kHost ? 64 : 4;
  /// Bytes of one vector register; only the compiler's grouping of a pack's columns depends on it.
#if defined(__AVX512F__)
  static constexpr int kVectorBytes = kHost ? 64 : 16;
#elif defined(__AVX__)
  static constexpr int kVectorBytes = kHost ? 32 : 16;
#else
  static constexpr int kVectorBytes = 16;
#endif
  /// Rows gathered through an index are asked for this many ahead, for their latency is what a host core waits for.
  static constexpr int kPrefetchAhead = kHost ? 64 : 0;
  /// Rows read one after the other are asked for this many ahead: a tile is a part of each, and a host core looks ahead
  /// along memory only, not from a part of a row to that of the next.
  static constexpr int kStreamAhead = kHost ? 8 : 0;
  /// Row kernels: rows a team works through, and the shape of the team.
  static constexpr int kRowsPerTeam = kHost ? 64 : 8;
  static constexpr int kTeamSize = kHost ? 1 : 8;
  static constexpr int kVectorLength = kHost ? 1 : 32;
  /// Columns of a weight's gradient that a GPU's warp sums: so few that the shared memory of a processor holds the sums
  /// of several warps.
  static constexpr int kWeightSlice = 16;
  /// Partial sums that a reduction over rows is cut into. Fixed, so that no result depends on the number of threads.
  static constexpr int kRowChunks = kHost ? 32 : 256;
  /// Of weights' gradients, which are many times as large: no more of them than a GPU's processors hold at a time.
  static constexpr int kWeightChunks = kHost ? kRowChunks : 128;
  static_assert(kWeightChunks <= kRowChunks);  // the workspace has as many

  // What every GPU has: 1,024 threads a block, and vectors of a power of two up to a warp.
  static_assert(kHost || kTeamSize * kVectorLength <= 1024);
  static_assert(kHost || (kVectorLength <= 32 && (kVectorLength & (kVectorLength - 1)) == 0));
};

/// The widths of a tile, all of which models are compiled for; an execution space can do with fewer.
template <class Exec>
struct TileWidths {
  using Type = std::integer_sequence<int, 8, 16, 32, 64>;
};

template <class Exec>
using Tuning = TuningOf<Kokkos::SpaceAccessibility<Exec, Kokkos::HostSpace>::accessible>;

}  // namespace gsrgnn
