// How libFuzzer changes HDF5 files: in place, for all in them is found by its address, and then with the checksums of
// the metadata set right (File Format Specification 3.0), for HDF5 looks no further where one is wrong.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

extern "C" {
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
/// HDF5's own, of metadata; in the library, but in none of its headers.
std::uint32_t H5_checksum_lookup3(const void* key, std::size_t length, std::uint32_t initial);
}

namespace {

class Metadata {
 public:
  Metadata(std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  void mend() const {
    constexpr std::size_t kSuperblock = 44, kTree = 34, kHeap = 142;  // bytes before the checksum
    if (size_ > kSuperblock && data_[8] >= 2) set_checksum(0, kSuperblock);
    for (std::size_t at = 0; at + 6 < size_; ++at) {
      if (data_[at] == 'O' && is(at, "OHDR")) mend_header(at);
      if (data_[at] == 'B' && is(at, "BTHD")) set_checksum(at, kTree);
      if (data_[at] == 'F' && is(at, "FRHP")) set_checksum(at, kHeap);
    }
  }

 private:
  bool is(std::size_t at, const char* signature) const { return std::memcmp(data_ + at, signature, 4) == 0; }

  std::uint64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t value = 0;
    if (at <= size_ && bytes <= size_ - at) std::memcpy(&value, data_ + at, bytes);
    return value;
  }

  void set_checksum(std::size_t at, std::uint64_t length) const {
    if (at > size_ || length > size_ - at || size_ - at - length < 4) return;
    const std::uint32_t checksum = H5_checksum_lookup3(data_ + at, length, 0);
    std::memcpy(data_ + at + length, &checksum, 4);
  }

  /// An object's header, and the parts of it that lie elsewhere.
  void mend_header(std::size_t at) const {
    constexpr unsigned kTimes = 0x20, kLimits = 0x10, kOrder = 0x04, kContinues = 0x10;
    const unsigned flags = data_[at + 5];
    const std::size_t width = std::size_t{1} << (flags & 3U);
    std::size_t messages = at + 6 + ((flags & kTimes) != 0 ? 16 : 0) + ((flags & kLimits) != 0 ? 4 : 0);
    const std::uint64_t length = number(messages, width);
    messages += width;
    set_checksum(at, messages - at + std::min<std::uint64_t>(length, size_));
    const std::size_t head = (flags & kOrder) != 0 ? 6 : 4;
    for (std::size_t m = messages; m + head < std::min<std::uint64_t>(size_, messages + length);) {
      if (data_[m] == kContinues) {
        const std::uint64_t part = number(m + head, 8), bytes = number(m + head + 8, 8);
        if (part < size_ && bytes >= 8 && bytes <= size_) set_checksum(part, bytes - 4);
      }
      m += head + number(m + 1, 2);
    }
  }

  std::uint8_t* data_;
  std::size_t size_;
};

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
  constexpr std::size_t kLongest = 16;
  if (size <= kLongest || seed % 16 == 0) return LLVMFuzzerMutate(data, size, most);
  for (unsigned changes = 1 + seed / 16 % 3; changes > 0; --changes) {
    seed = seed * 1664525 + 1013904223;
    const std::size_t at = seed % (size - kLongest);
    LLVMFuzzerMutate(data + at, 1 + seed / 65536 % kLongest, kLongest);
  }
  Metadata(data, size).mend();
  return size;
}
