#include <algorithm>
#include <gsrgnn/training/ensemble.hpp>
#include <gsrgnn/util/error.hpp>
#include <iterator>

namespace gsrgnn {

Prediction predict(const std::vector<std::pair<std::string, SavedModel>>& models, const Circuit& circuit,
                   const std::string& place) {
  const SavedModel& first = models.front().second;
  for (const auto& [path, model] : models) {
    if (model.label_name == first.label_name && model.label_unit == first.label_unit) continue;
    throw InputError(path,
                     fmt::format("predicts {}, and the model of {} {}", labels_text(model.label_name, model.label_unit),
                                 models.front().first, labels_text(first.label_name, first.label_unit)),
                     "give models of one label");
  }
  Prediction all = predict(first, circuit, place);
  if (models.size() == 1) return all;
  std::vector<std::vector<float>> values = {std::move(all.value)};
  bool of_gcells = !all.gcells.empty();
  for (std::size_t m = 1; m < models.size(); ++m) {
    Prediction one = predict(models[m].second, circuit, place);
    values.push_back(std::move(one.value));
    std::move(one.passes.begin(), one.passes.end(), std::back_inserter(all.passes));
    of_gcells = of_gcells && !one.gcells.empty();
    for (std::size_t g = 0; of_gcells && g < one.gcells.size(); ++g) all.gcells[g] += one.gcells[g];
    all.unknown_types = std::max(all.unknown_types, one.unknown_types);
    all.unknown_cells = std::max(all.unknown_cells, one.unknown_cells);
    for (const std::string& foreign : one.foreign) {
      if (std::count(all.foreign.begin(), all.foreign.end(), foreign) == 0) all.foreign.push_back(foreign);
    }
  }
  const auto count = static_cast<double>(models.size());
  if (!of_gcells) all.gcells.clear();
  for (PredictionPass& pass : all.passes) {
    pass.weight /= count;
    if (!of_gcells) pass.gcells.clear();
  }
  for (float& sum : all.gcells) sum /= static_cast<float>(count);
  all.value.resize(values.front().size());
  for (std::size_t i = 0; i < all.value.size(); ++i) {
    double mean = 0;
    for (const auto& of_model : values) mean += static_cast<double>(of_model[i]) / count;
    all.value[i] = static_cast<float>(mean);
  }
  all.spread = spread_of(all.passes);
  return all;
}

}  // namespace gsrgnn
