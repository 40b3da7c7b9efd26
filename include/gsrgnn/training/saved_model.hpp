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

/// A circuit as a model reads it.
struct ModelInputs {
  std::vector<float> feature;      ///< N x F, in the model's order, standardised
  std::vector<int> type;           ///< N: rows of the model's table; -1: a type that the model does not know
  std::int64_t unknown_types = 0;  ///< such types, which contribute nothing
  std::int64_t unknown_cells = 0;  ///< cells of such types
};
/// Features and types are matched by name; a feature that is missing is an InputError at `place`.
ModelInputs match(const SavedModel& model, const Circuit& circuit, const std::string& place);
/// The circuit's features in the model's order, as they are.
std::vector<float> matched_features(const SavedModel& model, const Circuit& circuit, const std::string& place);

/// A model's predictions for a circuit.
struct Prediction {
  std::vector<float> value;                           ///< N x O, in the label's unit
  std::int64_t unknown_types = 0, unknown_cells = 0;  ///< see ModelInputs
};
/// Errors are those of match().
Prediction predict(const SavedModel& model, const Circuit& circuit, const std::string& place);

}  // namespace gsrgnn
