#include "support/device/fiber.hpp"

#include <sys/mman.h>
#include <ucontext.h>

#include <cstdlib>
#include <iterator>

namespace gsrgnn::testing::device {
namespace {

constexpr std::size_t kGuard = 4096;  // shut, below every stack: one that overflows dies

}  // namespace

Fiber::Fiber(void (*run)()) : run_(run) {
  void* const pages = mmap(nullptr, kGuard + kStackBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  stack_ = reinterpret_cast<std::uintptr_t>(pages) + kGuard;
  if (pages == MAP_FAILED || mprotect(reinterpret_cast<void*>(stack_), kStackBytes, PROT_READ | PROT_WRITE) != 0) {
    std::abort();
  }
  stacks.insert(stack_);
}

Fiber::~Fiber() {
  stacks.erase(stack_);
  munmap(reinterpret_cast<void*>(stack_ - kGuard), kGuard + kStackBytes);
}

bool Fiber::any_holds(std::uintptr_t address) {
  const auto above = stacks.upper_bound(address);
  return above != stacks.begin() && address - *std::prev(above) < kStackBytes;
}

void Fiber::go_on() {
  running_stack = stack_;
  if (__builtin_setjmp(host_) == 0) jump_in();
  running_stack = kNone;
}

void Fiber::stop() {
  if (__builtin_setjmp(here_) == 0) jump_out();
}

// Functions of their own, for the compiler's jumps do not go to where they are called.
[[gnu::noinline]] void Fiber::jump_in() {
  if (started_) __builtin_longjmp(here_, 1);
  started_ = true;
  ucontext_t start;
  getcontext(&start);
  start.uc_stack.ss_sp = reinterpret_cast<void*>(stack_);
  start.uc_stack.ss_size = kStackBytes;
  start.uc_link = nullptr;
  makecontext(&start, run_, 0);
  setcontext(&start);
}
[[gnu::noinline]] void Fiber::jump_out() {
  __builtin_longjmp(host_, 1);
}

}  // namespace gsrgnn::testing::device
