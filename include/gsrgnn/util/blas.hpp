#pragma once

/// The BLAS library, which is the machine's choice and can change after the build: its functions are asked for by name
/// at run time.

namespace gsrgnn {

/// Gives the library (OpenBLAS, MKL or BLIS) `threads` threads, whatever its environment variables say, and returns
/// whether one of these was found. By itself a library takes all cores: beside other ranks or runs of a node, its
/// threads then fight for them, which costs far more than it wins.
bool set_blas_threads(int threads);

/// Lets OpenBLAS take the buffer that it multiplies in. When it finds no memory at its first product it asks again for
/// ever: this throws RunError instead. To be called before the first product, once or more.
void reserve_blas_buffer();

/// Whether OpenBLAS's threads may be waited for, as a program's end does: not while they ask for their buffers in vain.
bool blas_threads_can_end();

}  // namespace gsrgnn
