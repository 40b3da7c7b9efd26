#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/import_def.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/util/error.hpp>

namespace gsrgnn {

bool is_hdf5(const std::string& path) {
  constexpr std::array<char, 8> kSignature = {'\x89', 'H', 'D', 'F', '\r', '\n', '\x1a', '\n'};
  std::array<char, 8> start{};
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;  // a pipe would be waited for
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), start.size()) && start == kSignature;
}

Circuit open_circuit(const std::string& path, const std::vector<std::string>& lef) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) throw InputError(path, "no such file", "check the path of the circuit");
  if (std::filesystem::is_other(path, error)) {
    throw InputError(path, "is a pipe or device", "give a circuit file or a DEF");
  }
  for (const std::string& file : lef) {  // also where the circuit has no use for it: a misspelt name is a mistake
    if (!std::filesystem::exists(file, error)) throw InputError(file, "no such file", "check the path of the LEF");
  }
  if (is_hdf5(path)) return read_circuit(path);
  std::filesystem::path name(path);
  const auto extension = [&] {
    std::string text = name.extension().string();
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  if (extension() == ".gz") name = name.stem();
  if (extension() == ".def") {
    DefImportOptions options;
    options.def = path;
    options.lef = lef;
    Circuit circuit = import_def(options);
    order_by_placement(circuit);
    return circuit;
  }
  throw InputError(path, "neither a circuit file nor a .def or .def.gz",
                   "give a file written by gsrgnn import, or a DEF");
}

Circuit generate_ordered(const GeneratorSpec& spec) {
  Circuit circuit = generate(spec);
  order_by_placement(circuit);
  return circuit;
}

}  // namespace gsrgnn
