#pragma once

/// A trained model with all that is needed to apply it to another circuit.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/technology.hpp>
#include <gsrgnn/models/any_model.hpp>
#include <gsrgnn/models/model_shape.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/model_nodes.hpp>
#include <gsrgnn/training/prediction.hpp>
#include <gsrgnn/training/standardise.hpp>
#include <gsrgnn/util/hdf5_file.hpp>

namespace gsrgnn {

/// For each label the map of a placement that tells most of it, and a line by it (baselines.hpp).
struct MapLine {
  std::vector<std::string> map;  ///< O: of telling_maps(); empty: no map tells anything, the line is its intercept
  std::vector<double> slope, intercept;  ///< O, of the map and of the label as they are

  bool empty() const { return map.empty(); }
  /// What it says of nodes, nodes x O.
  std::vector<float> predict(const ModelNodes& nodes, const Technology& technology, const std::string& place) const;
};

struct SavedModel {
  ModelShape shape;
  std::vector<std::string> feature_name, type_name, label_name;
  std::string label_unit;
  Standardisation feature, label;  ///< that of the label: of what `start` leaves of it
  Technology technology;           ///< what is known of it from the training circuits: with these eyes it sees others
  /// What the model starts from: it learns what this line leaves. Empty for FeatureSet::paper.
  MapLine start;
  std::vector<float> parameters;  ///< in the layout of ModelParameters(shape)
};

/// A hash of all that decides its predictions.
std::string content_hash(const SavedModel& model);

/// Writes /model: attributes of shape, names, standardisation, and one array a parameter, without padding, under
/// /model/parameters/BLOCK/NAME.
void write_model(Hdf5Writer& file, const SavedModel& model);
/// Reads what write_model wrote; throws InputError when anything is missing or does not fit.
SavedModel read_model(const Hdf5Reader& file);

/// A circuit's nodes as a model reads them.
struct ModelInputs {
  std::vector<float> feature;  ///< nodes x F, in the model's order
  std::vector<int> type;       ///< nodes: rows of the model's table; -1: a type that the model does not know, a GCell
  std::int64_t unknown_types = 0;  ///< such types, which contribute nothing
  std::int64_t unknown_cells = 0;  ///< cells of such types
};
/// Features and types are matched by name, features not yet standardised; one that is neither the circuit's nor a map
/// (placement_maps.hpp) is an InputError at `place`.
ModelInputs match(const SavedModel& model, const Circuit& circuit, const ModelNodes& nodes, const Technology& eyes,
                  const std::string& place);

/// "congestion (routed length / track capacity)"
std::string labels_text(const std::vector<std::string>& names, const std::string& unit);
/// Whether what the circuit has as labels is what the model predicts: by name and unit.
bool predicts_labels_of(const SavedModel& model, const Circuit& circuit);

/// The outputs of a model on its graph and inputs, nodes x O each: of one forward pass; or, of a model with flips, of
/// four, of the die flipped along both axes, y, x and none.
std::vector<std::vector<float>> output_of_each_flip(const AnyModel::Exec& space, const ModelShape& shape,
                                                    AnyModel& model);
/// What such a model predicts.
std::vector<float> mean_over_flips(const std::vector<std::vector<float>>& outputs);

/// What the model predicts for a circuit. Errors are those of match().
Prediction predict(const SavedModel& model, const Circuit& circuit, const std::string& place);

}  // namespace gsrgnn
