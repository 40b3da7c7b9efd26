// What a tool sees of training: every kernel and allocation carries a label of ours, and an epoch allocates nothing.

#include <gtest/gtest.h>

#include <set>

#include "support/execution_spaces.hpp"
#include "support/training_step.hpp"

namespace gsrgnn {
namespace {

using testing::TrainingStep;

/// What Kokkos told its tools since start(). Callbacks are plain functions, hence the statics.
class Recorder {
 public:
  static void start() {
    namespace Tools = Kokkos::Tools::Experimental;
    kernels.clear();
    allocations.clear();
    bytes = 0;
    before_ = Tools::get_callbacks();
    Tools::set_begin_parallel_for_callback(on_kernel);
    Tools::set_begin_parallel_reduce_callback(on_kernel);
    Tools::set_begin_parallel_scan_callback(on_kernel);
    Tools::set_allocate_data_callback(on_allocation);
  }
  static void stop() { Kokkos::Tools::Experimental::set_callbacks(before_); }

  static std::set<std::string> kernels, allocations;
  static std::uint64_t bytes;

 private:
  static void on_kernel(const char* label, const std::uint32_t /*device*/, std::uint64_t* /*id*/) {
    kernels.insert(label);
  }
  static void on_allocation(Kokkos::Tools::SpaceHandle /*space*/, const char* label, const void* /*data*/,
                            const std::uint64_t size) {
    allocations.insert(label);
    bytes += size;
  }
  static Kokkos::Tools::Experimental::EventSet before_;
};
std::set<std::string> Recorder::kernels, Recorder::allocations;
std::uint64_t Recorder::bytes = 0;
Kokkos::Tools::Experimental::EventSet Recorder::before_;

bool is_ours(const std::string& label) {
  return label.rfind("gsrgnn::", 0) == 0;
}

/// Launched by Kokkos itself for what we ask of it: zeroing the arena, and clearing the flag for NaNs.
bool is_known(const std::string& label) {
  for (const char* prefix : {"Kokkos::View::initialization", "Kokkos::ViewFill"}) {
    if (label.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

template <class Exec, template <class, class> class Graph>
void check(Residual residual) {
  Recorder::start();
  TrainingStep<Exec, Graph> training(residual);
  Recorder::stop();
  EXPECT_EQ(Recorder::allocations, std::set<std::string>{"gsrgnn::arena"});
  EXPECT_EQ(Recorder::bytes, training.planned());

  Recorder::start();
  training.run();
  Recorder::stop();
  EXPECT_GT(Recorder::kernels.size(), 20u) << "the recorder hears nothing";
  for (const auto& label : Recorder::kernels) EXPECT_TRUE(is_ours(label) || is_known(label)) << label;
  // Kokkos may grow its own scratch the first time.
  for (const auto& label : Recorder::allocations) EXPECT_FALSE(is_ours(label)) << label << " was allocated in an epoch";

  Recorder::start();
  training.run();
  Recorder::stop();
  EXPECT_EQ(Recorder::allocations, std::set<std::string>{}) << "allocated in the second epoch";
  EXPECT_EQ(Recorder::bytes, 0u);
}

template <class Exec>
class KokkosToolsTest : public ::testing::Test {};
TYPED_TEST_SUITE(KokkosToolsTest, testing::ExecutionSpaces);

TYPED_TEST(KokkosToolsTest, SeeOurLabelsAndOneAllocation) {
  check<TypeParam, NetGraph>(Residual::sparse);
  check<TypeParam, EdgeGraph>(Residual::dense);
}

}  // namespace
}  // namespace gsrgnn
