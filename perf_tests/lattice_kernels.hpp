#pragma once

namespace gsrgnn {

/// Adds the benchmarks of the sparse convolution on a lattice (kernels/lattice.hpp) and of its gradients: on 100 x 100
/// and 1,000 x 1,000 GCells at d = 32, k = 4, 8 and 16. Counted are 8 N k d multiply-adds each, as if the die had no
/// edge, and what is read and written of the values of nodes, once each.
void add_lattice_kernels();

}  // namespace gsrgnn
