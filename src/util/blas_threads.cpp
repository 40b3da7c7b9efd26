#include <dlfcn.h>

#include <gsrgnn/util/blas_threads.hpp>
#include <initializer_list>

namespace gsrgnn {

bool set_blas_threads(int threads) {
  // Asked for by name at run time: which BLAS is linked is the machine's choice, and can change after the build.
  bool found = false;
  for (const char* name : {"openblas_set_num_threads", "MKL_Set_Num_Threads", "bli_thread_set_num_threads"}) {
    if (void* const function = dlsym(RTLD_DEFAULT, name)) {
      reinterpret_cast<void (*)(int)>(function)(threads);
      found = true;
    }
  }
  return found;
}

}  // namespace gsrgnn
