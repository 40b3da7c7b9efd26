#pragma once

/// The View types of the program, named once. All are row-major and unmanaged: memory belongs to an Arena.

#include <Kokkos_Core.hpp>
#include <vector>

namespace gsrgnn {

template <class Exec>
using Device = Kokkos::Device<Exec, typename Exec::memory_space>;

template <class T, class Exec>
using Vector = Kokkos::View<T*, Kokkos::LayoutRight, Device<Exec>, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
template <class T, class Exec>
using Matrix = Kokkos::View<T**, Kokkos::LayoutRight, Device<Exec>, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;
template <class T, class Exec>
using Tensor = Kokkos::View<T***, Kokkos::LayoutRight, Device<Exec>, Kokkos::MemoryTraits<Kokkos::Unmanaged>>;

/// Slice s of a tensor (S x R x C) as a matrix (R x C), without a copy.
template <class T, class Exec>
Matrix<T, Exec> slice(const Tensor<T, Exec>& tensor, std::int64_t s) {
  return Matrix<T, Exec>(tensor.data() + s * tensor.extent(1) * tensor.extent(2), tensor.extent(1), tensor.extent(2));
}

/// A matrix as a tensor of one slice.
template <class T, class Exec>
Tensor<T, Exec> as_tensor(const Matrix<T, Exec>& matrix) {
  return Tensor<T, Exec>(matrix.data(), 1, matrix.extent(0), matrix.extent(1));
}

/// The first `count` columns of a matrix; rows stay as far apart as they are.
template <class T, class Exec>
Matrix<T, Exec> first_columns(const Matrix<T, Exec>& matrix, std::size_t count) {
  return Kokkos::subview(matrix, Kokkos::ALL, std::make_pair(std::size_t{0}, count));
}

/// Copies host values into a View of the same number of elements; returns when the values may be changed again.
template <class Exec, class View>
void upload(const Exec& space, const View& view, const std::vector<typename View::non_const_value_type>& values) {
  using T = typename View::non_const_value_type;
  if (values.size() != view.size()) Kokkos::abort("gsrgnn::upload: sizes differ");
  const Kokkos::View<const T*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>> host(values.data(),
                                                                                                values.size());
  const Vector<T, Exec> flat(view.data(), view.size());
  Kokkos::deep_copy(space, flat, host);
  space.fence();
}

/// The values of a View, row-major, on the host.
template <class Exec, class View>
std::vector<typename View::non_const_value_type> download(const Exec& space, const View& view) {
  using T = typename View::non_const_value_type;
  std::vector<T> values(view.size());
  const Kokkos::View<T*, Kokkos::HostSpace, Kokkos::MemoryTraits<Kokkos::Unmanaged>> host(values.data(), values.size());
  const Vector<T, Exec> flat(view.data(), view.size());
  Kokkos::deep_copy(space, host, flat);
  space.fence();
  return values;
}

}  // namespace gsrgnn
