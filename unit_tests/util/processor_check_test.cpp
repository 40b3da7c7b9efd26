// That a build for another processor says so, before anything else of it runs.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <gsrgnn/util/version.hpp>

#include "support/files.hpp"
#include "util/vector_instructions.h"

namespace gsrgnn {
namespace {

using namespace testing;

TEST(ProcessorCheck, NamesWhatAProcessorLacksOfTheBuild) {
  char text[1024];
  EXPECT_EQ(gsrgnn_missing([](const char*) { return 1; }, text, sizeof text), 0);
  EXPECT_STREQ(text, "");
#ifdef __AVX2__  // this source is built as the library is
  const int missing =
      gsrgnn_missing([](const char* name) { return std::string(name) == "avx2" ? 0 : 1; }, text, sizeof text);
  EXPECT_EQ(missing, 1);
  EXPECT_STREQ(text, "avx2");
  const std::string all = vector_instructions();
  EXPECT_NE(all.find("avx, fma"), std::string::npos) << all;
  // More than there is room for.
  EXPECT_EQ(gsrgnn_missing([](const char*) { return 0; }, text, 10), std::count(all.begin(), all.end(), ',') + 1);
  EXPECT_EQ(text, all.substr(0, 9));
#endif
}

TEST(ProcessorCheck, EndsAProgramBeforeItsGlobals) {
#ifndef __x86_64__
  GTEST_SKIP() << "no x86-64";
#else
  const TestFolder folder;
  const std::string out = folder.path("out"), err = folder.path("err");
  const int status = std::system(fmt::format("'{}' >'{}' 2>'{}'", GSRGNN_OTHER_PROCESSOR, out, err).c_str());
  EXPECT_EQ(WEXITSTATUS(status), 2);
  EXPECT_EQ(read_bytes(out), "");
  EXPECT_EQ(
      read_bytes(err),
      "gsrgnn: this processor lacks vector instructions of the one it was built on (avx512er, avx512pf); build it "
      "here, or with -DGSRGNN_NATIVE=OFF for any\n");
#endif
}

}  // namespace
}  // namespace gsrgnn
