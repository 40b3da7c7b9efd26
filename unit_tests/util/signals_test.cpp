#include <gtest/gtest.h>

#include <gsrgnn/util/signals.hpp>

namespace gsrgnn {
namespace {

TEST(Signals, SetAFlagAndNothingElse) {
  for (const auto& [number, name] : {std::pair{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"}, {SIGUSR1, "SIGUSR1"}}) {
    const StopSignals signals;
    EXPECT_EQ(stop_signal(), "");
    ASSERT_EQ(std::raise(number), 0);
    EXPECT_EQ(stop_signal(), name);
    std::raise(number);
    std::raise(number);
    EXPECT_EQ(stop_signal(), name);
  }
}

TEST(Signals, HaveTheirUsualEffectBeforeAndAfter) {
  { const StopSignals signals; }
  EXPECT_EXIT(std::raise(SIGUSR1), ::testing::KilledBySignal(SIGUSR1), "");
}

}  // namespace
}  // namespace gsrgnn
