#pragma once

/// What made a file: program, revision, Kokkos.

#include <string>

namespace gsrgnn {

std::string program_version();   ///< e.g. "0.1.0"
std::string program_revision();  ///< the git revision it was built from, "-dirty" when changed; "unknown" outside git
std::string kokkos_version();
std::string execution_space();       ///< the default execution space, e.g. "Serial"
int execution_concurrency();         ///< its threads
std::string kokkos_configuration();  ///< Kokkos' own description of its configuration

}  // namespace gsrgnn
