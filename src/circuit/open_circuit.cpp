#include <fmt/ranges.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <gsrgnn/circuit/cell_order.hpp>
#include <gsrgnn/circuit/circuit_file.hpp>
#include <gsrgnn/circuit/design_formats.hpp>
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
    throw InputError(path, "is a pipe or device", "give a circuit file or a design");
  }
  for (const std::string& file : lef) {  // also where the circuit has no use for it: a misspelt name is a mistake
    if (!std::filesystem::exists(file, error)) throw InputError(file, "no such file", "check the path of the LEF");
  }
  if (is_hdf5(path)) return read_circuit(path);
  if (const DesignFormat* const format = design_format(path)) {
    ImportOptions options;
    options.design = path;
    options.lef = lef;
    Circuit circuit = import_design(*format, options);
    order_by_placement(circuit);
    return circuit;
  }
  std::vector<std::string> extensions, titles;
  for (const DesignFormat& format : design_formats()) {
    extensions.push_back(fmt::format("{0} or {0}.gz", format.extension));
    titles.emplace_back(format.title);
  }
  throw InputError(path, fmt::format("neither a circuit file nor a {}", fmt::join(extensions, ", ")),
                   fmt::format("give a file written by gsrgnn import, or {}", fmt::join(titles, ", ")));
}

Circuit generate_ordered(const GeneratorSpec& spec) {
  Circuit circuit = generate(spec);
  order_by_placement(circuit);
  return circuit;
}

}  // namespace gsrgnn
