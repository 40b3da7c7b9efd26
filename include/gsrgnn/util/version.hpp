#pragma once

/// What made a file: program, revision, Kokkos; and what made the program.

#include <string>

namespace gsrgnn {

std::string program_version();   ///< e.g. "0.1.0"
std::string program_revision();  ///< the git revision it was built from, "-dirty" when changed; "unknown" outside git
std::string kokkos_version();
std::string execution_space();       ///< the default execution space, e.g. "Serial"
int execution_concurrency();         ///< its threads
std::string kokkos_configuration();  ///< Kokkos' own description of its configuration

std::string vector_instructions();  ///< that the build uses beyond those of any x86-64, e.g. "avx, fma, avx2"; or none
/// Revision, Kokkos with its backends, compiler and vector instructions, in lines.
std::string build_description();

}  // namespace gsrgnn
