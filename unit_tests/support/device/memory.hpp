#pragma once

/// The emulated device's own memory, which the host may not touch: its pages are shut, and open only while the device
/// works, which is in kernels, copies and calls of the BLAS.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace gsrgnn::testing::device {

class Memory {
 public:
  static Memory& instance();

  /// Aligned as cudaMalloc's. With a place between any two allocations that belongs to none.
  void* allocate(const std::string& label, std::size_t bytes);
  void deallocate(void* data);

  /// The whole of it, allocated or not.
  bool holds(std::uintptr_t address) const { return address - first_ < kBytes; }
  std::uintptr_t first() const { return first_; }
  /// Whether all of the bytes are of one allocation.
  bool allocated(std::uintptr_t address, std::size_t bytes) const;
  /// For people: "byte 12 of gsrgnn::arena".
  std::string place(std::uintptr_t address) const;

  bool open() const { return open_ > 0; }
  /// While one lives the memory is open.
  class Open {
   public:
    Open() { instance().change(+1); }
    Open(const Open&) = delete;
    Open& operator=(const Open&) = delete;
    ~Open() { instance().change(-1); }
  };

  static constexpr std::size_t kBytes = std::size_t{1} << 29U;

 private:
  struct Block {
    std::size_t bytes;
    std::string label;
  };
  Memory();
  void change(int by);
  /// The allocation at or before an address, or the end.
  std::map<std::uintptr_t, Block>::const_iterator block_before(std::uintptr_t address) const;

  std::uintptr_t first_;
  int open_ = 0;
  std::map<std::uintptr_t, Block> blocks_;
};

}  // namespace gsrgnn::testing::device
