#pragma once

/// A circuit from whatever a user names: a circuit file or a design, told apart by their content and name. Cells stand
/// in the order of order_by_placement (of a circuit file: as it was written).

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/circuit/generate.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

/// `lef` are the LEFs of a DEF. Throws InputError when the file is missing, unreadable or neither.
Circuit open_circuit(const std::string& path, const std::vector<std::string>& lef = {});

/// A generated circuit, its cells in that order too.
Circuit generate_ordered(const GeneratorSpec& spec);

/// Whether the file exists and begins as every HDF5 file does.
bool is_hdf5(const std::string& path);

}  // namespace gsrgnn
