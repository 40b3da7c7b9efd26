#pragma once

#include <gsrgnn/util/mpi.hpp>

namespace gsrgnn {

/// What a rank can use of its device's memory, of a host or of a GPU: what is free, shared among the ranks on the same.
/// 0: unknown. All ranks must call it, and none goes on before all have looked.
std::int64_t share_of_device(const Mpi& mpi);

}  // namespace gsrgnn
