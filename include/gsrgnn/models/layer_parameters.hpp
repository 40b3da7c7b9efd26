#pragma once

/// What the layers see of a model's parameters: Views of one block's arrays and of their gradients.

#include <gsrgnn/models/model_shape.hpp>

namespace gsrgnn {

template <class Scalar, class Exec>
class LayerParameters {
 public:
  /// `values` hold all parameters, `gradient` those of one block at a time, its first at element 0.
  LayerParameters(const ModelParameters& places, const Vector<Scalar, Exec>& values,
                  const Vector<Scalar, Exec>& gradient)
      : places_(&places), values_(values), gradient_(gradient) {}

  int block(int layer, int which) const { return places_->block(layer, which); }
  /// The arrays of a block: of the parameters, or of their gradient.
  struct Arrays {
    const ModelParameters* places;
    Vector<Scalar, Exec> from;
    std::int64_t origin;
    int layer, which;

    /// Of the block, counted over the layers.
    int number() const { return places->block(layer, which) - places->block(0, 0); }
    /// tiles x d x Tile for tiled arrays, else 1 x rows x padded d.
    Tensor<Scalar, Exec> tensor(int array) const {
      return array_view(from, places->table.arrays[places->array(layer, which, array)], origin);
    }
    /// rows x padded d
    Matrix<Scalar, Exec> matrix(int array) const { return slice(tensor(array), 0); }
    /// The neighbour weights of the relations after the first, which lie behind the `own` arrays of the block.
    std::vector<Tensor<Scalar, Exec>> further(int own) const {
      std::vector<Tensor<Scalar, Exec>> all;
      for (int array = own; array < places->arrays_a_block(); ++array) all.push_back(tensor(array));
      return all;
    }
    /// padded d
    Vector<Scalar, Exec> vector(int array) const {
      const auto view = tensor(array);
      return Vector<Scalar, Exec>(view.data(), view.extent(2));
    }
  };
  Arrays values(int layer, int which) const { return {places_, values_, 0, layer, which}; }
  Arrays gradient(int layer, int which) const {
    return {places_, gradient_, places_->table.blocks[block(layer, which)].first, layer, which};
  }

 private:
  const ModelParameters* places_;
  Vector<Scalar, Exec> values_, gradient_;
};

}  // namespace gsrgnn
