// Usage: predict_cells RUN.h5 CIRCUIT CELLS.csv

#include <Kokkos_Core.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/prediction_files.hpp>
#include <gsrgnn/training/saved_model.hpp>

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const Kokkos::ScopeGuard kokkos(argc, argv);
  const gsrgnn::SavedModel model = gsrgnn::read_model(gsrgnn::Hdf5Reader(argv[1]));
  const gsrgnn::Circuit circuit = gsrgnn::open_circuit(argv[2]);
  gsrgnn::write_prediction_csv(argv[3], model, circuit, gsrgnn::predict(model, circuit, argv[2]));
}
