#include <fmt/format.h>

#include <Kokkos_Core.hpp>
#include <gsrgnn/util/version.hpp>
#include <sstream>

#include "revision.hpp"

namespace gsrgnn {

std::string program_version() {
  return GSRGNN_VERSION;
}
std::string program_revision() {
  return GSRGNN_REVISION;
}
std::string kokkos_version() {
  return fmt::format("{}.{}.{}", KOKKOS_VERSION / 10000, KOKKOS_VERSION / 100 % 100, KOKKOS_VERSION % 100);
}
std::string execution_space() {
  return Kokkos::DefaultExecutionSpace::name();
}
int execution_concurrency() {
  return Kokkos::DefaultExecutionSpace().concurrency();
}

std::string build_description() {
  const std::string vectors = vector_instructions();
  return fmt::format("gsrgnn {} ({})\nKokkos {} on {}; its backends: {}\nbuilt by {} as C++{} for {}",
                     program_version(), program_revision(), kokkos_version(), execution_space(), GSRGNN_BACKENDS,
                     GSRGNN_COMPILER, __cplusplus / 100 % 100,
                     vectors.empty() ? "any of its processors" : "processors with " + vectors);
}

std::string kokkos_configuration() {
  std::ostringstream text;
  Kokkos::print_configuration(text);
  return text.str();
}

}  // namespace gsrgnn
