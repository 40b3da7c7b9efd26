// One reader under libFuzzer: GSRGNN_READER, as fuzz/readers.hpp names it.

#include <hdf5.h>
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

#include <Kokkos_Core.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <gsrgnn/util/hdf5_file.hpp>

#include "fuzz/readers.hpp"
#include "support/files.hpp"

namespace {

const gsrgnn::fuzz::Reader& reader = gsrgnn::fuzz::GSRGNN_READER;

}  // namespace

/// HDF5 itself loses some bytes of a file that it refuses.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5\n";
}

/// The first folder that is given, where libFuzzer keeps what it finds, gets the seeds.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  int no_arguments = 0;
  static const Kokkos::ScopeGuard kokkos(no_arguments, *argv);
  gsrgnn::start_hdf5();
  // The process that reads may die of a file.
  ::pthread_atfork(nullptr, nullptr, [] { __sanitizer_set_death_callback(nullptr); });
  // A file has half a megabyte of its own in HDF5, for which each time to ask the system takes most of the time.
  constexpr int kAsUsual = 1 << 20, kAnySize = -1;
  H5set_free_list_limits(kAnySize, kAnySize, kAsUsual, kAsUsual, kAsUsual, kAsUsual);
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
