#pragma once

/// Every execution space with float and with double, for tests typed over both; on the emulated device, which is there
/// for the order of lanes, float is enough.

#include "support/execution_spaces.hpp"

namespace gsrgnn::testing {

template <class E, class S>
struct On {
  using Exec = E;
  using Scalar = S;
  using Other = std::conditional_t<std::is_same_v<S, float>, double, float>;  ///< to store what is computed in Scalar
};

template <class Spaces>
struct TimesScalars;
template <class... Spaces>
struct TimesScalars<::testing::Types<Spaces...>> {
  using type = typename AsTypes<decltype(std::tuple_cat(std::tuple<On<Spaces, float>, On<Spaces, double>>()...))>::type;
};
#ifdef GSRGNN_EMULATED_DEVICE
using SpacesAndScalars = ::testing::Types<On<EmulatedDevice, float>>;
#else
using SpacesAndScalars = TimesScalars<ExecutionSpaces>::type;
#endif

/// The test's name says which they are, e.g. "Sparse/float_Serial".
struct SpaceAndScalarName {
  template <class T>
  static std::string GetName(int) {
    return std::string(std::is_same_v<typename T::Scalar, float> ? "float_" : "double_") + T::Exec::name();
  }
};

}  // namespace gsrgnn::testing
