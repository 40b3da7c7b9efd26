#include "results/run_arrays.hpp"

namespace gsrgnn {

void RunArrays::add(const Hdf5Reader& file, const RunSummary& row) {
  const Shape shape = file.shape("predictions/value");
  if (shape.size() != 2) file.fail("predictions/value", "is not a matrix");
  const std::uint64_t cells = shape[0], labels = shape[1];
  const auto expect = [&](const std::string& name, std::uint64_t size, std::uint64_t expected) {
    if (size != expected) file.fail(name, "has another size than the predictions ask for");
  };
  const auto value = file.array<float>("predictions/value"), label = file.array<float>("predictions/label");
  const auto position = file.array<double>("predictions/position");
  const auto split = file.array<std::uint8_t>("predictions/split");
  const auto design = row.joint() ? file.array<std::int64_t>("predictions/design") : std::vector<std::int64_t>();
  expect("predictions/label", label.size(), value.size());
  expect("predictions/position", position.size(), 2 * cells);
  expect("predictions/split", split.size(), cells);
  if (row.joint()) expect("predictions/design", design.size(), cells);
  expect("scores/test", row.lists.test.size(), labels * kScores);
  expect("scores/validation", row.lists.validation.size(), labels * kScores);

  for_each_list(row.lists, [&](const std::string& name, const auto& list) { numbers_.add(name, list); });
  numbers_.add("predictions/position", position);
  values_.add("predictions/value", value);
  values_.add("predictions/label", label);
  parts_.add("predictions/split", split);
  designs_.add("predictions/design", design);
}

void RunArrays::write(Hdf5Writer& results, const std::vector<RunSummary>& rows) {
  numbers_.write(results, rows);
  values_.write(results, rows);
  parts_.write(results, rows);
  designs_.write(results, rows);
}

}  // namespace gsrgnn
