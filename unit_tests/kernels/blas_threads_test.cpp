// Here and not in util/, for it needs a program that is linked with a BLAS.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <gsrgnn/util/blas.hpp>

namespace gsrgnn {
namespace {

TEST(BlasThreads, AreWhatTheyAreSetTo) {
  void* const get = dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
  if (get == nullptr) GTEST_SKIP() << "the BLAS linked is not OpenBLAS";
  for (const int threads : {1, 2, 1}) {
    EXPECT_TRUE(set_blas_threads(threads));
    EXPECT_EQ(reinterpret_cast<int (*)()>(get)(), threads);
  }
}

}  // namespace
}  // namespace gsrgnn
