// Files of this program, in HDF5: circuits, runs, results and checkpoints.

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/results/results_file.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/saved_model.hpp>

#include "fuzz/input_file.hpp"
#include "fuzz/readers.hpp"
#include "support/files.hpp"
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
  std::string seed(const std::string& name) const { return without_checksum(read_bytes(path(name))); }

 private:
  char folder_[32] = "/tmp/gsrgnn_fuzz.XXXXXX";
};

Deck tiny_deck() {
  Deck deck = small_deck();
  deck.train.epochs = 2;
  deck.model.layers = 1;
  deck.model.hidden = 8;
  deck.model.k = 2;
  deck.circuit = "some.h5";
  return deck;
}

void write_tiny_run(const std::string& path) {
  const Circuit circuit = small_circuit(30);
  write_one(path, tiny_deck(), circuit, train_one(tiny_deck(), circuit));
}

void read_file(std::string_view bytes, const std::function<void(const Hdf5Reader&)>& read) {
  const InputFile input(bytes);
  try {
    read(Hdf5Reader(input.path()));
  } catch (const InputError&) {
  }
}

void read_circuit_bytes(std::string_view bytes) {
  const InputFile input(bytes);
  try {
    read_circuit(input.path());
  } catch (const InputError&) {
  }
}
std::vector<std::string> circuit_seeds() {
  const Workshop shop;
  write_circuit(awkward_circuit(), shop.path("c.h5"));
  write_circuit(small_circuit(30), shop.path("g.h5"));
  return {shop.seed("c.h5"), shop.seed("g.h5")};
}

void read_run_bytes(std::string_view bytes) {
  read_file(bytes, [](const Hdf5Reader& file) { summarise_run(file, "run"); });
  read_file(bytes, [](const Hdf5Reader& file) { read_model(file); });
}
std::vector<std::string> run_seeds() {
  const Workshop shop;
  write_tiny_run(shop.path("r.h5"));
  return {shop.seed("r.h5")};
}

void read_results_bytes(std::string_view bytes) {
  read_file(bytes, [](const Hdf5Reader& file) { describe_results(file); });
}
std::vector<std::string> results_seeds() {
  const Workshop shop, made;
  write_tiny_run(shop.path("r.h5"));
  collect_runs(shop.path(), made.path("results.h5"));
  return {made.seed("results.h5")};
}

void read_checkpoint_bytes(std::string_view bytes) {
  read_file(bytes, [](const Hdf5Reader& file) { describe_checkpoint(file); });
  static const Workshop shop;
  static const Circuit circuit = small_circuit(30);
  Deck deck = tiny_deck();
  deck.output = shop.path("r.h5");
  write_bytes(checkpoint_path(deck.output), std::string(bytes));
  try {
    std::string note;
    Checkpoints(deck, circuit).read(note);
  } catch (const InputError&) {
  }
}
std::vector<std::string> checkpoint_seeds() {
  const Workshop shop;
  Deck deck = tiny_deck();
  deck.output = shop.path("r.h5");
  const Circuit circuit = small_circuit(30);
  const Checkpoints checkpoints(deck, circuit);
  train_one(deck, circuit, ReportProgress(), nullptr,
            [&](std::int64_t /*epoch*/, const auto& state) { checkpoints.write(state()); });
  return {without_checksum(read_bytes(checkpoint_path(deck.output)))};
}

}  // namespace

const Reader kCircuit = {"circuit", read_circuit_bytes, circuit_seeds};
const Reader kRun = {"run", read_run_bytes, run_seeds};
const Reader kResults = {"results", read_results_bytes, results_seeds};
const Reader kCheckpoint = {"checkpoint", read_checkpoint_bytes, checkpoint_seeds};

}  // namespace gsrgnn::fuzz
