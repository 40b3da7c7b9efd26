// What an epoch of GSR-GNN launches: every kernel by its label, and how often, for device_report.py. It runs on a host,
// on a circuit of a few cells, for the launches depend on the model alone; the sizes of the paper's graphs are printed
// beside them.
//   build/release/bin/epoch_work LAYERS HIDDEN > work.json

#include <algorithm>
#include <charconv>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "../training_scene.hpp"

namespace gsrgnn {
namespace {

/// Launches since start(), by label. Kokkos' callbacks are plain functions, hence the static.
class Launches {
 public:
  static void start() {
    counts.clear();
    namespace Tools = Kokkos::Tools::Experimental;
    Tools::set_begin_parallel_for_callback(on_launch);
    Tools::set_begin_parallel_reduce_callback(on_launch);
    Tools::set_begin_parallel_scan_callback(on_launch);
  }
  static std::map<std::string, int> counts;

 private:
  static void on_launch(const char* label, const std::uint32_t /*device*/, std::uint64_t* /*id*/) { ++counts[label]; }
};
std::map<std::string, int> Launches::counts;

/// Launches that a GPU makes where a host has one loop over the rows (gsr_backward_rows.hpp), and without those that a
/// host makes to join the pieces of nets.
std::map<std::string, int> on_gpu(std::map<std::string, int> launches) {
  const int blocks = launches["gsrgnn::models::backward_rows"];
  const std::string weight = "gsrgnn::kernels::sparse_linear_weight_gradient";
  for (const std::string part : {"", "_sum"}) {
    launches[weight + part] += blocks;
    launches.erase("gsrgnn::models::backward_rows" + part);
  }
  launches["gsrgnn::models::backward_values"] += blocks;
  launches.erase("gsrgnn::kernels::join_net_pieces");
  return launches;
}

nlohmann::json work_of(int layers, int hidden, int k) {
  GeneratorSpec spec;
  spec.cells = 1000;
  spec.edges = 60000;  // dense enough for nets that are cut into pieces
  const Circuit circuit = generate_ordered(spec);
  ModelSettings model;
  model.layers = layers;
  model.hidden = hidden;
  model.k = k;
  Training training(circuit, model);
  const ModelShape& shape = training.shape();
  Launches::start();
  training.epoch();
  return {{"k", k},
          {"layers", layers},
          {"width", shape.width()},
          {"stride", shape.stride()},
          {"tile", shape.tile()},
          {"features", shape.features},
          {"types", shape.types},
          {"parameters", training.parameters()},
          {"row_chunks", TuningOf<false>::kRowChunks},
          {"weight_chunks", TuningOf<false>::kWeightChunks},
          {"launches", on_gpu(Launches::counts)}};
}

nlohmann::json graph_of(const Table1Row& row) {
  GeneratorSpec spec;
  spec.like = row.name;
  const Circuit circuit = generate_ordered(spec);
  const CircuitCounts size = count(circuit);
  std::map<int, int> cells_of_type;
  int largest = 0;
  for (const int type : circuit.cell_type) largest = std::max(largest, ++cells_of_type[type]);
  return {{"name", row.name},  {"cells", size.cells}, {"nets", size.nets},
          {"pins", size.pins}, {"edges", size.edges}, {"largest_type", largest}};
}

int read_number(const char* text) {
  const std::string_view view(text);
  int number = 0;
  const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), number);
  return error == std::errc() && end == view.data() + view.size() ? number : 0;
}

}  // namespace
}  // namespace gsrgnn

int main(int argc, char** argv) {
  using namespace gsrgnn;
  const int layers = argc == 3 ? read_number(argv[1]) : 0, hidden = argc == 3 ? read_number(argv[2]) : 0;
  if (layers <= 0 || hidden < 128 || hidden % 2 != 0) {
    fmt::print(stderr, "usage: epoch_work LAYERS HIDDEN (HIDDEN even, from 128 on)\n");
    return 2;
  }
  const Kokkos::ScopeGuard kokkos;
  nlohmann::json out{{"revision", program_revision()}, {"models", nlohmann::json::array()}};
  for (const int k : {4, 8, 16, 32, 64}) out["models"].push_back(work_of(layers, hidden, k));
  for (const Table1Row& row : table1()) out["graphs"].push_back(graph_of(row));
  fmt::print("{}\n", out.dump(1));
  return 0;
}
