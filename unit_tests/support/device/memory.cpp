#include "support/device/memory.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <iterator>
#include <new>

#include "support/device/shadow.hpp"

namespace gsrgnn::testing::device {
namespace {

constexpr std::size_t kAlignment = 256;

}  // namespace

Memory& Memory::instance() {
  static Memory memory;
  return memory;
}

Memory::Memory() {
  void* const pages = mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) std::abort();
  first_ = reinterpret_cast<std::uintptr_t>(pages);
}

void* Memory::allocate(const std::string& label, std::size_t bytes) {
  // The first gap that is large enough.
  std::uintptr_t at = first_;
  for (const auto& [first, block] : blocks_) {
    if (first - at > bytes + kAlignment) break;
    at = (first + block.bytes) / kAlignment * kAlignment + 2 * kAlignment;
  }
  if (at + bytes > first_ + kBytes) throw std::bad_alloc();
  blocks_[at] = {bytes, label};
  device_shadow().forget(at, bytes);
  return reinterpret_cast<void*>(at);
}

void Memory::deallocate(void* data) {
  blocks_.erase(reinterpret_cast<std::uintptr_t>(data));
}

std::map<std::uintptr_t, Memory::Block>::const_iterator Memory::block_before(std::uintptr_t address) const {
  const auto above = blocks_.upper_bound(address);
  return above == blocks_.begin() ? blocks_.end() : std::prev(above);
}

bool Memory::allocated(std::uintptr_t address, std::size_t bytes) const {
  const auto block = block_before(address);
  return block != blocks_.end() && address + bytes <= block->first + block->second.bytes;
}

std::string Memory::place(std::uintptr_t address) const {
  const auto block = block_before(address);
  if (block == blocks_.end()) return "byte " + std::to_string(address - first_) + " of device memory";
  return "byte " + std::to_string(address - block->first) + " of " + block->second.label;
}

void Memory::change(int by) {
  const bool was_open = open_ > 0;
  open_ += by;
  if (was_open == (open_ > 0)) return;
  if (mprotect(reinterpret_cast<void*>(first_), kBytes, was_open ? PROT_NONE : PROT_READ | PROT_WRITE) != 0) {
    std::abort();
  }
}

}  // namespace gsrgnn::testing::device
