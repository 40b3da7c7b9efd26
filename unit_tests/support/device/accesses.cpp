// Every access to memory of the tests' code, as the compiler reports it: with -fsanitize=thread it calls these
// functions before each load, store and atomic operation; the sanitizer's own library is not linked. Accesses to
// volatiles, told apart by --param=tsan-distinguish-volatile=1, are parts of Kokkos' atomic operations.

#include <cstdio>
#include <cstdlib>

#include "support/device/memory.hpp"
#include "support/device/processor.hpp"

namespace gsrgnn::testing::device {
namespace {

void note(AccessKind kind, const void* at, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  if (Fiber::running_holds(address)) return;
  if (Processor::instance().runs_kernel()) return Processor::instance().access(kind, address, bytes);
  const Memory& memory = Memory::instance();
  if (!memory.holds(address) || memory.open()) return;
  std::fprintf(stderr, "the host goes to device memory, %s\n", memory.place(address).c_str());
  std::abort();
}

[[noreturn]] void refuse(const char* assertion, const char* file, unsigned line) {
  if (Processor::instance().runs_kernel()) Processor::instance().fail_assertion(assertion, file, line);
  std::fprintf(stderr, "%s:%u: assertion failed: %s\n", file, line, assertion);
  std::abort();
}

}  // namespace
}  // namespace gsrgnn::testing::device

// Their names are the compiler's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {

using gsrgnn::testing::device::AccessKind;
using gsrgnn::testing::device::note;

void __tsan_init() {}
void __tsan_vptr_update(void** at, void* /*value*/) {
  note(AccessKind::write, at, sizeof(void*));
}
void __tsan_vptr_read(void** at) {
  note(AccessKind::read, at, sizeof(void*));
}
void __tsan_read_range(void* at, std::size_t bytes) {
  note(AccessKind::read, at, bytes);
}
void __tsan_write_range(void* at, std::size_t bytes) {
  note(AccessKind::write, at, bytes);
}

#define GSRGNN_ACCESSES(BYTES)                   \
  void __tsan_read##BYTES(void* at) {            \
    note(AccessKind::read, at, BYTES);           \
  }                                              \
  void __tsan_write##BYTES(void* at) {           \
    note(AccessKind::write, at, BYTES);          \
  }                                              \
  void __tsan_unaligned_read##BYTES(void* at) {  \
    note(AccessKind::read, at, BYTES);           \
  }                                              \
  void __tsan_unaligned_write##BYTES(void* at) { \
    note(AccessKind::write, at, BYTES);          \
  }                                              \
  void __tsan_volatile_read##BYTES(void* at) {   \
    note(AccessKind::atomic, at, BYTES);         \
  }                                              \
  void __tsan_volatile_write##BYTES(void* at) {  \
    note(AccessKind::atomic, at, BYTES);         \
  }
GSRGNN_ACCESSES(1)
GSRGNN_ACCESSES(2)
GSRGNN_ACCESSES(4)
GSRGNN_ACCESSES(8)
GSRGNN_ACCESSES(16)
#undef GSRGNN_ACCESSES

#define GSRGNN_ATOMIC_CHANGE(BITS, T, NAME, BUILTIN)               \
  T __tsan_atomic##BITS##_##NAME(volatile T* at, T value, int) {   \
    note(AccessKind::atomic, const_cast<const T*>(at), sizeof(T)); \
    return BUILTIN(at, value, __ATOMIC_SEQ_CST);                   \
  }
#define GSRGNN_ATOMICS(BITS, T)                                                                         \
  T __tsan_atomic##BITS##_load(const volatile T* at, int) {                                             \
    note(AccessKind::atomic, const_cast<const T*>(at), sizeof(T));                                      \
    return *at;                                                                                         \
  }                                                                                                     \
  void __tsan_atomic##BITS##_store(volatile T* at, T value, int) {                                      \
    note(AccessKind::atomic, const_cast<const T*>(at), sizeof(T));                                      \
    *at = value;                                                                                        \
  }                                                                                                     \
  GSRGNN_ATOMIC_CHANGE(BITS, T, exchange, __atomic_exchange_n)                                          \
  GSRGNN_ATOMIC_CHANGE(BITS, T, fetch_add, __atomic_fetch_add)                                          \
  GSRGNN_ATOMIC_CHANGE(BITS, T, fetch_sub, __atomic_fetch_sub)                                          \
  GSRGNN_ATOMIC_CHANGE(BITS, T, fetch_and, __atomic_fetch_and)                                          \
  GSRGNN_ATOMIC_CHANGE(BITS, T, fetch_or, __atomic_fetch_or)                                            \
  bool __tsan_atomic##BITS##_compare_exchange_strong(volatile T* at, T* expected, T value, int, int) {  \
    note(AccessKind::atomic, const_cast<const T*>(at), sizeof(T));                                      \
    return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
  }
GSRGNN_ATOMICS(8, std::int8_t)
GSRGNN_ATOMICS(32, std::int32_t)
GSRGNN_ATOMICS(64, std::int64_t)
#undef GSRGNN_ATOMICS
#undef GSRGNN_ATOMIC_CHANGE

/// The C library's, for assertions of kernels.
void __assert_fail(const char* assertion, const char* file, unsigned line, const char* /*function*/) noexcept {
  gsrgnn::testing::device::refuse(assertion, file, line);
}
}
// NOLINTEND(bugprone-reserved-identifier)
