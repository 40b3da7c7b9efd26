// One reader under libFuzzer: GSRGNN_READER, as fuzz/readers.hpp names it.

#include <Kokkos_Core.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>

#include "fuzz/readers.hpp"
#include "support/files.hpp"

namespace {

const gsrgnn::fuzz::Reader& reader = gsrgnn::fuzz::GSRGNN_READER;

}  // namespace

/// The first folder that is given, where libFuzzer keeps what it finds, gets the seeds.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  int no_arguments = 0;
  static const Kokkos::ScopeGuard kokkos(no_arguments, *argv);
  for (int i = 1; i < *argc; ++i) {
    const std::filesystem::path folder = (*argv)[i];
    if (!std::filesystem::is_directory(folder)) continue;
    const auto seeds = reader.seeds();
    for (std::size_t s = 0; s < seeds.size(); ++s) {
      gsrgnn::testing::write_bytes(folder / ("seed" + std::to_string(s)), seeds[s]);
    }
    break;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  reader.read({reinterpret_cast<const char*>(data), size});
  return 0;
}
