#include <dlfcn.h>
#include <sys/mman.h>

#include <cstddef>
#include <gsrgnn/util/blas.hpp>
#include <gsrgnn/util/error.hpp>

namespace gsrgnn {
namespace {

template <class Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

/// Whether there is room for a buffer of OpenBLAS, of 128 MiB and some pages on x86-64 and less elsewhere.
bool room_for_buffer() {
  constexpr std::size_t kBuffer = (std::size_t{1} << 27U) + (std::size_t{1} << 16U);
  void* const probe = ::mmap(nullptr, kBuffer, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (probe == MAP_FAILED) return false;
  ::munmap(probe, kBuffer);
  return true;
}

}  // namespace

bool set_blas_threads(int threads) {
  bool found = false;
  for (const char* name : {"openblas_set_num_threads", "MKL_Set_Num_Threads", "bli_thread_set_num_threads"}) {
    if (auto* const set = find<void(int)>(name)) {
      set(threads);
      found = true;
    }
  }
  return found;
}

void reserve_blas_buffer() {
  auto* const take = find<void*(int)>("blas_memory_alloc");
  auto* const give_back = find<void(void*)>("blas_memory_free");
  if (take == nullptr || give_back == nullptr) return;
  static bool taken = false;  // the library keeps it
  if (taken) return;
  if (!room_for_buffer()) {
    throw RunError(
        "out of memory: each thread of the BLAS library wants 128 MiB of addresses; allow more (ulimit -v), or one "
        "thread (OPENBLAS_NUM_THREADS=1)");
  }
  give_back(take(0));
  taken = true;
}

bool blas_threads_can_end() {
  return find<void(int)>("openblas_set_num_threads") == nullptr || room_for_buffer();
}

}  // namespace gsrgnn
