#pragma once

/// Where each parameter of a model lies. All parameters are one vector, cut into blocks (the unit in which gradients
/// are made and applied), each block into arrays. Rows are padded by zeros to the tile; the padding stays zero because
/// its gradients are. Files hold the arrays without padding.

#include <cstdint>
#include <gsrgnn/util/views.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// How an array starts out.
struct Initial {
  enum class Kind { constant, uniform } kind = Kind::constant;
  double value = 0;  ///< the constant, or the bound of uniform(-value, value)
};

/// One array of rows x columns. Columns are cut into groups of `width`, each stored as its own padded matrix; or, for
/// tiled arrays (one group), into tiles, each stored as a contiguous rows x tile matrix.
struct ParameterArray {
  std::string name;  ///< e.g. "layer_003/block_1/neighbour_weight"
  int block;
  std::int64_t offset;  ///< of the array within all parameters
  int rows, columns;
  int width;   ///< columns of a group
  int stride;  ///< stored columns of a group: width, padded
  int tile;    ///< columns of a tile; 0 for arrays that are not tiled
  Initial initial;

  int groups() const { return columns / width; }
  std::int64_t stored() const { return static_cast<std::int64_t>(groups()) * rows * stride; }
  /// The place of element (row, column) within all parameters.
  std::int64_t at(int row, int column) const {
    if (tile > 0) return offset + (static_cast<std::int64_t>(column / tile) * rows + row) * tile + column % tile;
    return offset + (static_cast<std::int64_t>(column / width) * rows + row) * stride + column % width;
  }
};

struct ParameterBlock {
  std::string name;
  std::int64_t first, count;
};

struct ParameterTable {
  std::vector<ParameterBlock> blocks;
  std::vector<ParameterArray> arrays;

  std::int64_t size() const { return blocks.empty() ? 0 : blocks.back().first + blocks.back().count; }
  std::int64_t largest_block() const;
  void begin_block(const std::string& name);
  /// Adds an array to the last block and returns its number.
  int add(const std::string& name, int rows, int columns, int width, int stride, int tile, Initial initial);
  /// Parameters that are trained, i.e. without padding.
  std::int64_t trained() const;
  /// Initial values of a block by seed; every array has its own random numbers, whatever else the model holds.
  std::vector<double> initial_values(std::uint64_t seed, const ParameterBlock& block) const;
};

/// A tiled array as (tiles x rows x tile), any other as (groups x rows x stride); `origin` is the offset of values(0).
template <class Scalar, class Exec>
Tensor<Scalar, Exec> array_view(const Vector<Scalar, Exec>& values, const ParameterArray& array,
                                std::int64_t origin = 0) {
  Scalar* const data = values.data() + (array.offset - origin);
  if (array.tile > 0) return Tensor<Scalar, Exec>(data, array.stride / array.tile, array.rows, array.tile);
  return Tensor<Scalar, Exec>(data, array.groups(), array.rows, array.stride);
}

}  // namespace gsrgnn
