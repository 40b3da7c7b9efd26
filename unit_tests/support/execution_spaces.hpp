#pragma once

/// The execution spaces Kokkos was built with, for tests typed over them; or the emulated device, for those of them
/// that are built for it (GSRGNN_EMULATED_DEVICE).

#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>
#include <tuple>

#ifdef GSRGNN_EMULATED_DEVICE
#include "support/emulated_device.hpp"
#endif

namespace gsrgnn::testing {

template <class Tuple>
struct AsTypes;
template <class... Spaces>
struct AsTypes<std::tuple<Spaces...>> {
  using type = ::testing::Types<Spaces...>;
};

using ExecutionSpaces = AsTypes<decltype(std::tuple_cat(
#ifdef GSRGNN_EMULATED_DEVICE
    std::tuple<EmulatedDevice>(),
#else
#ifdef KOKKOS_ENABLE_SERIAL
    std::tuple<Kokkos::Serial>(),
#endif
#ifdef KOKKOS_ENABLE_OPENMP
    std::tuple<Kokkos::OpenMP>(),
#endif
#ifdef KOKKOS_ENABLE_THREADS
    std::tuple<Kokkos::Threads>(),
#endif
#ifdef KOKKOS_ENABLE_CUDA
    std::tuple<Kokkos::Cuda>(),
#endif
#endif
    std::tuple<>()))>::type;

#ifdef GSRGNN_EMULATED_DEVICE
constexpr bool kEmulated = true;
#else
constexpr bool kEmulated = false;
#endif
/// How many rows a test of many has: fewer on the emulated device, where every lane takes a host's time.
constexpr int many(int rows) {
  return kEmulated ? rows / 50 : rows;
}

}  // namespace gsrgnn::testing
