#include "support/device/shadow.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "support/device/memory.hpp"

namespace gsrgnn::testing::device {

Shadow& device_shadow() {
  static Shadow shadow(Memory::instance().first(), Memory::kBytes);
  return shadow;
}

Shadow::Shadow(std::uintptr_t first, std::size_t bytes) : first_(first), size_(bytes * sizeof(Byte)) {
  void* const pages = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (pages == MAP_FAILED) std::abort();
  bytes_ = static_cast<Byte*>(pages);
}

Shadow::~Shadow() {
  munmap(bytes_, size_);
}

void Shadow::forget(std::uintptr_t address, std::size_t bytes) {
  // Whole pages are given back, and are zero when they are touched again.
  constexpr std::uintptr_t kPage = 4096;
  const auto from = reinterpret_cast<std::uintptr_t>(at(address)), to = from + bytes * sizeof(Byte);
  const std::uintptr_t first = (from + kPage - 1) / kPage * kPage, last = to / kPage * kPage;
  if (first >= last) {
    std::fill_n(at(address), bytes, Byte{});
    return;
  }
  std::memset(reinterpret_cast<void*>(from), 0, first - from);
  madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
  std::memset(reinterpret_cast<void*>(last), 0, to - last);
}

void Shadow::written_by_host(std::uintptr_t address, std::size_t bytes) {
  Byte byte{};
  byte.write.time = 1;  // before every kernel
  std::fill_n(at(address), bytes, byte);
}

bool Shadow::ordered(const Record& before, const Moment& moment, bool only_read) {
  if (before.time < moment.launch) return true;
  if (before.time < moment.block || before.who == Who::blocks) return false;
  if (before.time < moment.barrier) return true;
  if (before.who == Who::lane && before.lane == moment.lane) return true;
  if (before.who == Who::threads_of_a_block || !same_thread(before, moment)) return false;
  return before.time < moment.synchronised || (only_read && before.time < moment.shuffled);
}

Shadow::Record Shadow::joined(const Record& before, const Moment& moment) {
  Record record{moment.now, moment.lane, Who::lane, false};
  if (ordered(before, moment, true)) return record;
  record.who = before.time < moment.block     ? Who::blocks
               : !same_thread(before, moment) ? Who::threads_of_a_block
                                              : Who::lanes_of_a_thread;
  record.who = std::max(record.who, before.who);
  return record;
}

std::string Shadow::who(const Record& record, const Moment& moment) {
  if (record.who == Who::blocks) return "several blocks";
  if (record.who == Who::threads_of_a_block) return "several threads of the block";
  if (record.who == Who::lanes_of_a_thread) return "several lanes of the thread";
  const std::string lane = "lane " + std::to_string(record.lane % moment.lanes_a_thread) + " of thread " +
                           std::to_string(record.lane / moment.lanes_a_thread);
  return record.time < moment.block ? lane + " of another block" : lane;
}

std::string Shadow::note(AccessKind kind, std::uintptr_t address, std::size_t bytes, const Moment& moment) {
  for (Byte* byte = at(address); byte != at(address) + bytes; ++byte) {
    Record& write = byte->write;
    if (kind == AccessKind::read && write.time == 0) return "which nobody has written";
    const bool both_atomic = kind == AccessKind::atomic && write.atomic;
    if (!both_atomic && !ordered(write, moment, false)) {
      return "which " + who(write, moment) + " has written with no synchronisation since";
    }
    if (kind == AccessKind::read) {
      byte->read = joined(byte->read, moment);
    } else {
      if (!ordered(byte->read, moment, true)) {
        return "which " + who(byte->read, moment) + " has read with no synchronisation since";
      }
      write = {moment.now, moment.lane, Who::lane, kind == AccessKind::atomic};
    }
  }
  return "";
}

}  // namespace gsrgnn::testing::device
