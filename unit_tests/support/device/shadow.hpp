#pragma once

/// Shadow memory: for every byte, which lane wrote it last and which lanes have read it since, and when. An access that
/// is not ordered after another's of the same byte, by a synchronisation or the end of a kernel, is a race if either
/// writes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gsrgnn::testing::device {

/// Who accesses memory, and what has been since when. Time counts launches, blocks and synchronisations.
struct Moment {
  std::uint32_t now;
  std::uint32_t launch, block, barrier;  ///< when these began, or the block's lanes last met
  /// When the lanes of this thread were last synchronised, and when they last shuffled. A shuffle lets no lane write
  /// before another has read for it, but does not make visible what was written.
  std::uint32_t synchronised, shuffled;
  std::uint16_t lane, lanes_a_thread;  ///< the lane's number in the block
};

enum class AccessKind { read, write, atomic };

class Shadow {
 public:
  /// Of the memory from `first` on; of what `bytes` can hold at most, for pages are taken when they are touched.
  Shadow(std::uintptr_t first, std::size_t bytes);
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;
  ~Shadow();

  /// Notes an access, and says what is wrong with it: e.g. "which lane 3 of thread 1 has written ...", or nothing.
  std::string note(AccessKind kind, std::uintptr_t address, std::size_t bytes, const Moment& moment);
  /// Nobody has written these; or the host has.
  void forget(std::uintptr_t address, std::size_t bytes);
  void written_by_host(std::uintptr_t address, std::size_t bytes);

 private:
  enum class Who : std::uint8_t { lane, lanes_of_a_thread, threads_of_a_block, blocks };
  struct Record {
    std::uint32_t time;
    std::uint16_t lane;
    Who who;
    bool atomic;
  };
  struct Byte {
    Record write, read;
  };
  /// Whether a synchronisation, or for those that have only read a shuffle, lies between.
  static bool ordered(const Record& before, const Moment& moment, bool only_read);
  /// Who has read: those before, as far as this does not come after them, and this.
  static Record joined(const Record& before, const Moment& moment);
  static std::string who(const Record& record, const Moment& moment);
  /// Whether they are lanes of one thread.
  static bool same_thread(const Record& before, const Moment& moment) {
    return before.lane / moment.lanes_a_thread == moment.lane / moment.lanes_a_thread;
  }

  Byte* at(std::uintptr_t address) const { return bytes_ + (address - first_); }

  std::uintptr_t first_;
  std::size_t size_;
  Byte* bytes_;
};

/// Of all device memory.
Shadow& device_shadow();

}  // namespace gsrgnn::testing::device
