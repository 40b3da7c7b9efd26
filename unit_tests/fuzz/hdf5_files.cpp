// Files of this program, in HDF5: circuits, runs, results and checkpoints.

#include <cstdlib>
#include <filesystem>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/saved_model.hpp>
#include <numeric>

#include "fuzz/readers.hpp"
#include "support/files.hpp"
#include "support/older_run.hpp"
#include "support/small_circuits.hpp"
#include "support/small_training.hpp"

namespace gsrgnn::fuzz {
namespace {

using namespace testing;

/// A folder for the making of a seed.
class Workshop {
 public:
  Workshop() {
    if (::mkdtemp(folder_) == nullptr) std::abort();
  }
  ~Workshop() { std::filesystem::remove_all(folder_); }
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;

  std::string path(const std::string& name = "") const { return std::string(folder_) + "/" + name; }
  /// A file as it is, and as other tools write it: in HDF5's oldest format, whose metadata have no checksums, and
  /// packed.
  std::vector<std::string> seeds(const std::string& name) const {
    std::vector<std::string> seeds = {without_checksum(read_bytes(path(name)))};
    for (const char* how : {"", "-f SHUF -f GZIP=1 -f FLET"}) {
      const std::string repacked = path("repacked");
      if (std::system(fmt::format("h5repack {} {} {}", how, path(name), repacked).c_str()) != 0) std::abort();
      seeds.push_back(read_bytes(repacked));
    }
    return seeds;
  }

 private:
  char folder_[32] = "/dev/shm/gsrgnn_fuzz.XXXXXX";
};

Deck tiny_deck(const std::string& output = "") {
  Deck deck = small_deck();
  deck.train.epochs = 2;
  deck.model.layers = 1;
  deck.model.hidden = 8;
  deck.model.k = 2;
  deck.circuit = "some.h5";
  deck.output = output;
  return deck;
}

void write_tiny_run(const std::string& path) {
  const Circuit circuit = small_circuit(30);
  write_one(path, tiny_deck(), circuit, train_one(tiny_deck(), circuit));
}

/// The bytes as a file, in memory, by a name that HDF5 can resolve.
std::string file_of(std::string_view bytes) {
  static const Workshop shop;
  write_bytes(shop.path("input.h5"), std::string(bytes));
  return shop.path("input.h5");
}

bool read_circuit_bytes(std::string_view bytes) {
  return accepts([&] { read_circuit(file_of(bytes)); });
}
std::vector<std::string> circuit_seeds() {
  const Workshop shop;
  write_circuit(awkward_circuit(), shop.path("c.h5"));
  return shop.seeds("c.h5");
}

/// By turns, for speed: as a model, and as one of a folder's runs.
bool read_run_bytes(std::string_view bytes) {
  static const Workshop runs, made;
  write_bytes(runs.path("r.h5"), std::string(bytes));
  if (std::accumulate(bytes.begin(), bytes.end(), 0U) % 2 == 0) {
    return accepts([&] { read_model(Hdf5Reader(runs.path("r.h5"))); });
  }
  return accepts([&] { collect_runs(runs.path(), made.path("results.h5")); });
}
std::vector<std::string> run_seeds() {
  const Workshop shop;
  write_tiny_run(shop.path("r.h5"));
  std::vector<std::string> seeds = shop.seeds("r.h5");
  write_without_summary(shop.path("r.h5"), shop.path("older.h5"));
  for (std::string& older : shop.seeds("older.h5")) seeds.push_back(std::move(older));
  return seeds;
}

bool read_results_bytes(std::string_view bytes) {
  return accepts([&] { read_results(Hdf5Reader(file_of(bytes))); });
}
std::vector<std::string> results_seeds() {
  const Workshop shop, made;
  write_tiny_run(shop.path("r.h5"));
  collect_runs(shop.path(), made.path("results.h5"));
  return made.seeds("results.h5");
}

bool read_checkpoint_bytes(std::string_view bytes) {
  static const Workshop shop;
  static const Deck deck = tiny_deck(shop.path("r.h5"));
  static const Circuit circuit = small_circuit(30);
  static const Checkpoints checkpoints(deck, circuit);
  const std::string path = checkpoint_path(deck.output);
  write_bytes(path, std::string(bytes));
  bool read = accepts([&] { describe_checkpoint(Hdf5Reader(path)); });
  return accepts([&] {
           std::string note;
           read &= checkpoints.read(note).has_value();
         }) &&
         read;
}
std::vector<std::string> checkpoint_seeds() {
  const Workshop shop;
  const Deck deck = tiny_deck(shop.path("r.h5"));
  const Circuit circuit = small_circuit(30);
  const Checkpoints checkpoints(deck, circuit);
  train_one(deck, circuit, ReportProgress(), nullptr,
            [&](std::int64_t /*epoch*/, const auto& state) { checkpoints.write(state()); });
  return shop.seeds(std::filesystem::path(checkpoint_path(deck.output)).filename());
}

}  // namespace

const Reader kCircuit = {"circuit", read_circuit_bytes, circuit_seeds};
const Reader kRun = {"run", read_run_bytes, run_seeds};
const Reader kResults = {"results", read_results_bytes, results_seeds};
const Reader kCheckpoint = {"checkpoint", read_checkpoint_bytes, checkpoint_seeds};

}  // namespace gsrgnn::fuzz
