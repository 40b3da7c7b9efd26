#pragma once

/// A function on a stack of its own, which can stop anywhere and be gone on with later.

#include <cstddef>
#include <cstdint>
#include <set>

namespace gsrgnn::testing::device {

/// Run by the host, one at a time.
class Fiber {
 public:
  /// The first go_on() calls run(), which must not return.
  explicit Fiber(void (*run)());
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  ~Fiber();

  /// Runs it from where it stopped, until it stops again.
  void go_on();
  /// Called by what runs on it: back to the host.
  void stop();
  /// Whether the address is on the stack of the fiber that runs; asked at every access.
  static bool running_holds(std::uintptr_t address) { return address - running_stack < kStackBytes; }
  /// Whether it is on any fiber's.
  static bool any_holds(std::uintptr_t address);

 private:
  static constexpr std::size_t kStackBytes = 64 * 1024;
  static constexpr std::uintptr_t kNone = ~std::uintptr_t{0};
  inline static std::uintptr_t running_stack = kNone;
  inline static std::set<std::uintptr_t> stacks;

  using Place = void* [5];  // as the compiler's jumps, which call neither the C library nor the system, remember one
  void jump_in();
  void jump_out();

  void (*run_)();
  std::uintptr_t stack_;
  bool started_ = false;
  Place here_, host_;
};

}  // namespace gsrgnn::testing::device
