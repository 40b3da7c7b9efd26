#pragma once

namespace gsrgnn {

/// Gives the BLAS library (OpenBLAS, MKL or BLIS) `threads` threads, whatever its environment variables say, and
/// returns whether one of these was found. By itself a library takes all cores: beside other ranks or runs of a node,
/// its threads then fight for them, which costs far more than it wins.
bool set_blas_threads(int threads);

}  // namespace gsrgnn
