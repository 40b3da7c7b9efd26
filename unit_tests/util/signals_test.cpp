#include <gtest/gtest.h>

#include <gsrgnn/util/signals.hpp>

namespace gsrgnn {
namespace {

const std::pair<int, const char*> kSignals[] = {{SIGTERM, "SIGTERM"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"},
                                                {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGXCPU, "SIGXCPU"},
                                                {SIGXFSZ, "SIGXFSZ"}, {SIGPIPE, "SIGPIPE"}};

TEST(Signals, SetAFlagAndNothingElse) {
  for (const auto& [number, name] : kSignals) {
    StopSignals signals(75);
    signals.only_set_flag();
    EXPECT_EQ(stop_signal(), "");
    ASSERT_EQ(std::raise(number), 0);
    EXPECT_EQ(stop_signal(), name);
    std::raise(number);
    std::raise(number);
    EXPECT_EQ(stop_signal(), name);
  }
}

TEST(Signals, EndTheProgramAtOnceWhileNothingHasBegun) {
  for (const auto& [number, name] : kSignals) {
    if (number == SIGXFSZ) continue;  // a write that fails, which is told of
    const auto stop = [n = number] {
      const StopSignals signals(75);
      std::raise(n);
    };
    EXPECT_EXIT(stop(), ::testing::ExitedWithCode(75),
                std::string("gsrgnn: stopped \\(") + name + "\\) before the first epoch; run it again\n");
  }
}

TEST(Signals, HaveTheirUsualEffectBeforeAndAfter) {
  { const StopSignals signals(75); }
  EXPECT_EXIT(std::raise(SIGUSR1), ::testing::KilledBySignal(SIGUSR1), "");
}

TEST(Signals, StayIgnoredWhereTheyAre) {
  struct sigaction ignored {
  }, before{};
  ignored.sa_handler = SIG_IGN;
  ASSERT_EQ(::sigaction(SIGHUP, &ignored, &before), 0);
  {
    const StopSignals signals(75);
    std::raise(SIGHUP);
    EXPECT_EQ(stop_signal(), "");
  }
  ::sigaction(SIGHUP, &before, nullptr);
}

}  // namespace
}  // namespace gsrgnn
