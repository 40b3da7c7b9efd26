#pragma once

/// A trained model with all that is needed to apply it to another circuit.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/models/model_shape.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/standardise.hpp>
#include <gsrgnn/util/hdf5_file.hpp>

namespace gsrgnn {

struct SavedModel {
  ModelShape shape;
  Adjacency adjacency = Adjacency::nets;
  std::vector<std::string> feature_name, type_name, label_name;
  std::string label_unit;
  Standardisation feature, label;
  std::vector<float> parameters;  ///< in the layout of ModelParameters(shape)
};

/// Writes /model: attributes of shape, names, standardisation, and one array a parameter, without padding, under
/// /model/parameters/BLOCK/NAME.
void write_model(Hdf5Writer& file, const SavedModel& model);
/// Reads what write_model wrote; throws InputError when anything is missing or does not fit.
SavedModel read_model(const Hdf5Reader& file);

/// A model's predictions for a circuit.
struct Prediction {
  std::vector<float> value;        ///< N x O, in the label's unit
  std::int64_t unknown_types = 0;  ///< cell types of the circuit that the model has not seen; they contribute nothing
  std::int64_t unknown_cells = 0;  ///< cells of such types
};
/// Features are matched by name (a missing one is an InputError at `place`), types too.
Prediction predict(const SavedModel& model, const Circuit& circuit, const std::string& place);

}  // namespace gsrgnn
