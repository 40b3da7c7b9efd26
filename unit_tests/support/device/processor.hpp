#pragma once

/// Runs the emulated device's kernels, one block after the other.

#include <array>
#include <memory>
#include <random>
#include <vector>

#include "support/device/fiber.hpp"
#include "support/device/lanes.hpp"
#include "support/device/shadow.hpp"

namespace gsrgnn::testing::device {

class Processor {
 public:
  static Processor& instance();

  Order order() const { return order_; }
  void set_order(Order order, unsigned seed);
  void name_kernel(const std::string& label) { kernel_ = label; }
  void run_blocks(const BlockShape& shape, const Arguments& arguments, void (*body)(const void*, const Seat&));
  void run_items(std::int64_t count, const Arguments& arguments, void (*body)(const void*, std::int64_t));

  // For the lane that runs.
  /// Whether what runs is the kernel, and neither the host nor, for a lane, what is written here.
  bool runs_kernel() const { return runs_kernel_; }
  void meet(Meeting meeting, const void* place);
  void show(const void* value, std::size_t bytes, const void* place);
  void look(int lane, void* value, std::size_t bytes);
  /// Notes what it does with memory that is not on its stack; what it must not do ends the kernel.
  void access(AccessKind kind, std::uintptr_t address, std::size_t bytes);
  [[noreturn]] void fail_assertion(const char* assertion, const char* file, unsigned line);

 private:
  struct Lane {
    enum class Is { ready, waiting, ended } is = Is::ready;
    Meeting meeting = Meeting::synchronise;
    const void* place = nullptr;
    int shows = 0;
    std::array<std::array<char, kMostShown>, 2> shown{};  // one is looked at while the other is written
  };
  struct Thread {
    std::uint32_t synchronised, shuffled;
    int waiting;
  };

  /// While a lane is in what is written here.
  class Pause {
   public:
    explicit Pause(bool& runs_kernel) : runs_kernel_(runs_kernel) { runs_kernel_ = false; }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() { runs_kernel_ = true; }

   private:
    bool& runs_kernel_;
  };

  Processor();
  void begin_kernel(const Arguments& arguments, int lanes);
  void end_kernel();
  void run_block(int threads);
  void run_all_items();
  static void run_lane();
  void go_on(int lane);
  /// 0 .. count - 1
  std::vector<std::int64_t> in_order(std::int64_t count);
  /// The lanes that can run; the last is the next, or any.
  void add_lanes(int first, int count, std::vector<int>& ready);
  int take_next(std::vector<int>& ready);
  /// Lets those that have met go on. If they are not at the same place the kernel ends.
  void release(int first, int count, std::vector<int>& ready);
  void tell_deadlock(int count);
  std::string who(int lane) const;
  /// Ends the kernel, whose launch throws a Fault: the lane, and `what` it did.
  [[noreturn]] void fail(const std::string& what);
  Moment moment() const;
  /// What is wrong with an access, or nothing; and what lies at an address.
  std::string wrong_with(AccessKind kind, std::uintptr_t address, std::size_t bytes);
  std::string place_of(std::uintptr_t address) const;

  static constexpr std::int64_t kItemsABlock = 256;
  static constexpr std::size_t kScratchBytes = 64 * 1024;
  alignas(64) char scratch_[kScratchBytes];
  std::size_t scratch_bytes_ = 0;
  Shadow scratch_shadow_{reinterpret_cast<std::uintptr_t>(scratch_), kScratchBytes};

  Order order_ = Order::random;
  std::mt19937 random_{1};
  std::string kernel_, fault_;
  Arguments arguments_{};
  void (*team_body_)(const void*, const Seat&) = nullptr;
  void (*item_body_)(const void*, std::int64_t) = nullptr;  // null in kernels of blocks
  std::int64_t items_ = 0, item_ = 0;
  Seat seat_{};
  int lanes_a_thread_ = 1;
  int running_ = 0;  // the lane
  bool runs_kernel_ = false;
  std::uint32_t now_ = 1, launch_ = 0, block_ = 0, barrier_ = 0;
  std::vector<Lane> lanes_;
  std::vector<Thread> threads_;
  std::vector<std::unique_ptr<Fiber>> fibers_;
};

}  // namespace gsrgnn::testing::device
