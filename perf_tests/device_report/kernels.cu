// Every kernel of a training as nvcc compiles it for GPUs, for compiled_kernels.py, which reads what ptxas says of it.
// In tiles of 64 columns, which are those of D = 384.

#include <gsrgnn/kernels/tuning.hpp>

namespace gsrgnn {

using Exec = Kokkos::Cuda;
template <>
struct TileWidths<Exec> {
  using Type = std::integer_sequence<int, 64>;
};

}  // namespace gsrgnn

#include <gsrgnn/graph/bins.hpp>
#include <gsrgnn/kernels/adam.hpp>
#include <gsrgnn/kernels/cell_loss.hpp>
#include <gsrgnn/kernels/clip.hpp>
#include <gsrgnn/kernels/fixed_sum.hpp>
#include <gsrgnn/kernels/loss.hpp>
#include <gsrgnn/models/gsr_stack.hpp>
#include <gsrgnn/models/plain_stack.hpp>
#include <gsrgnn/models/res_stack.hpp>
#include <gsrgnn/models/rev_stack.hpp>

namespace gsrgnn {

template <class Model, class Graph>
void train(const Exec& space, Model& model, const Graph& graph) {
  model.draw_dropout(space, 0, 0);
  model.forward(space, graph);
  model.backward(space, graph, [](int) {});
}

using Nets = NetGraph<float, Exec>;
using Edges = EdgeGraph<float, Exec>;
using Gcells = Lattice<float, Exec>;
using NetsAndGcells = Relations<Nets, Gcells>;
using NetsAndBins = Relations<Nets, BinGraph<float, Exec>>;

template void train(const Exec&, GcnModel<float, Exec>&, const Nets&);
template void train(const Exec&, GcnModel<float, Exec>&, const Edges&);
template void train(const Exec&, SageModel<float, Exec>&, const NetsAndGcells&);
template void train(const Exec&, RevModel<float, Exec>&, const Nets&);
template void train(const Exec&, RevModel<float, Exec>&, const Edges&);
template void train(const Exec&, ResModel<float, std::uint8_t, Exec>&, const Gcells&);
template void train(const Exec&, GsrModel<float, std::uint8_t, Exec>&, const Nets&);
template void train(const Exec&, GsrModel<float, std::uint16_t, Exec>&, const Nets&);
template void train(const Exec&, GsrModel<float, std::uint8_t, Exec>&, const Edges&);
template void train(const Exec&, GsrModel<float, std::uint8_t, Exec>&, const NetsAndGcells&);
template void train(const Exec&, GsrModel<float, std::uint8_t, Exec>&, const NetsAndBins&);

void update(const Exec& space, const Matrix<float, Exec>& rows, const Vector<float, Exec>& values,
            const Vector<std::uint8_t, Exec>& part, const Vector<double, Exec>& partial,
            const Vector<std::int64_t, Exec>& sum, const Vector<int, Exec>& beyond) {
  squared_error(space, rows, rows, part, 0, partial);
  squared_error_gradient(space, rows, rows, part, 0, 1, rows);
  cell_loss(space, ErrorMeasure::huber, rows, rows, rows, part, 0, partial);
  cell_loss_gradient(space, ErrorMeasure::huber, rows, rows, rows, part, 0, 1, rows);
  add_to_fixed_sum(space, values, sum, 0, 1, 1, beyond);
  read_fixed_sum(space, sum, 0, 1, values);
  clip_norm(space, values, 1, 1, partial);
  adam_update(space, AdamOptions(), 1, values, values, values, values, 0, 1);
}

}  // namespace gsrgnn
