#pragma once

/// The execution spaces Kokkos was built with, for tests typed over them.

#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>
#include <tuple>

namespace gsrgnn::testing {

template <class Tuple>
struct AsTypes;
template <class... Spaces>
struct AsTypes<std::tuple<Spaces...>> {
  using type = ::testing::Types<Spaces...>;
};

using ExecutionSpaces = AsTypes<decltype(std::tuple_cat(
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
    std::tuple<>()))>::type;

}  // namespace gsrgnn::testing
