#pragma once

/// Values between two processes of this program, without their types: what one puts the other gets, in that order.

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace gsrgnn {

/// One end. All calls throw Closed once the other end is gone, or sends what makes no sense.
class Channel {
 public:
  struct Closed {};

  /// Takes the socket over.
  explicit Channel(int socket) : socket_(socket) {}
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  /// Two that belong together; -1 when none can be had (errno says why).
  static std::array<int, 2> sockets();

  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    put_bytes(&value, sizeof value);
  }
  void put(const std::string& text);
  template <class T>
  void put(const std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(std::uint64_t{values.size()});
    put_bytes(values.data(), values.size() * sizeof(T));
  }
  void put(const std::vector<std::string>& texts);
  /// What was put is on its way only now, and with it a file that is then open on both sides, unless that is -1.
  void flush(int file = -1);

  template <class T>
  void get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    get_bytes(&value, sizeof value);
  }
  void get(std::string& text);
  template <class T>
  void get(std::vector<T>& values) {
    static_assert(std::is_trivially_copyable_v<T>);
    values.resize(get_size(sizeof(T)));
    get_bytes(values.data(), values.size() * sizeof(T));
  }
  void get(std::vector<std::string>& texts);
  /// The file that came with what was got last; -1 when there was none, or this side has too many open. For the caller
  /// to close.
  int get_file() { return std::exchange(file_, -1); }
  /// The number of elements of so many bytes that follow.
  std::uint64_t get_size(std::size_t bytes);
  /// Nothing that is got from now on has more bytes.
  void expect_at_most(std::uint64_t bytes) { most_ = bytes; }
  /// The other end counts as gone when nothing comes for so long.
  void expect_within(unsigned seconds);

 private:
  void put_bytes(const void* bytes, std::size_t size);
  void get_bytes(void* to, std::size_t size);
  std::size_t receive(char* to, std::size_t room);

  int socket_, file_ = -1;
  std::string waiting_;            // to be sent
  std::vector<char> came_;         // the last packet that did not go to where it was to
  std::size_t got_ = 0, end_ = 0;  // how far it was given away, and its end
  std::uint64_t most_ = ~std::uint64_t{0};
};

}  // namespace gsrgnn
