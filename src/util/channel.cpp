#include "util/channel.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <string_view>

namespace gsrgnn {
namespace {

constexpr std::size_t kPacket = std::size_t{1} << 16U;

/// A packet, with room for a file.
struct Packet {
  Packet(char* bytes, std::size_t size) : part{bytes, size} {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
  }
  Packet(const Packet&) = delete;
  Packet& operator=(const Packet&) = delete;
  void make_room_for_file() {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }

  iovec part;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
};

void send(int socket, std::string_view bytes, int file) {
  Packet packet(const_cast<char*>(bytes.data()), bytes.size());
  if (file >= 0) {
    packet.make_room_for_file();
    cmsghdr* const header = CMSG_FIRSTHDR(&packet.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof file);
    std::memcpy(CMSG_DATA(header), &file, sizeof file);
  }
  ssize_t sent = 0;
  while ((sent = ::sendmsg(socket, &packet.message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
  }
  if (sent != static_cast<ssize_t>(bytes.size())) throw Channel::Closed();
}

}  // namespace

Channel::~Channel() {
  ::close(socket_);
  ::close(file_);
}

// Of packets: a question, or an answer, mostly is one, and takes one call of the system on each side.
std::array<int, 2> Channel::sockets() {
  std::array<int, 2> two{-1, -1};
  ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, two.data());
  return two;
}

void Channel::expect_within(unsigned seconds) {
  const timeval most{static_cast<time_t>(seconds), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
}

void Channel::put_bytes(const void* bytes, std::size_t size) {
  std::string_view left(static_cast<const char*>(bytes), size);
  while (!left.empty()) {
    if (waiting_.size() == kPacket) flush();
    const std::string_view part = left.substr(0, kPacket - waiting_.size());
    if (waiting_.empty() && part.size() == kPacket) {
      send(socket_, part, -1);
    } else {
      waiting_ += part;
    }
    left.remove_prefix(part.size());
  }
}

void Channel::flush(int file) {
  if (!waiting_.empty()) send(socket_, waiting_, file);
  waiting_.clear();
}

void Channel::put(const std::string& text) {
  put(std::uint64_t{text.size()});
  put_bytes(text.data(), text.size());
}

void Channel::put(const std::vector<std::string>& texts) {
  std::vector<std::uint64_t> lengths;
  lengths.reserve(texts.size());
  for (const std::string& text : texts) lengths.push_back(text.size());
  put(lengths);
  for (const std::string& text : texts) put_bytes(text.data(), text.size());
}

std::size_t Channel::receive(char* to, std::size_t room) {
  Packet packet(to, room);
  packet.make_room_for_file();
  ssize_t came = 0;
  while ((came = ::recvmsg(socket_, &packet.message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (came <= 0) throw Closed();
  const cmsghdr* const header = CMSG_FIRSTHDR(&packet.message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    ::close(get_file());
    std::memcpy(&file_, CMSG_DATA(header), sizeof file_);
  }
  return static_cast<std::size_t>(came);
}

void Channel::get_bytes(void* to, std::size_t size) {
  for (char* next = static_cast<char*>(to); size > 0;) {
    std::size_t count = 0;
    if (got_ == end_ && size >= kPacket) {
      count = receive(next, kPacket);
    } else {
      if (got_ == end_) {
        came_.resize(kPacket);
        got_ = 0;
        end_ = receive(came_.data(), kPacket);
      }
      count = std::min(size, end_ - got_);
      std::copy_n(came_.data() + got_, count, next);
      got_ += count;
    }
    next += count;
    size -= count;
  }
}

std::uint64_t Channel::get_size(std::size_t bytes) {
  std::uint64_t count = 0;
  get(count);
  if (count > most_ / bytes) throw Closed();
  return count;
}

void Channel::get(std::string& text) {
  text.resize(get_size(1));
  get_bytes(text.data(), text.size());
}

void Channel::get(std::vector<std::string>& texts) {
  std::vector<std::uint64_t> lengths;
  get(lengths);
  std::uint64_t left = most_;
  for (const std::uint64_t length : lengths) {
    if (length > left) throw Closed();
    left -= length;
  }
  std::string all(std::accumulate(lengths.begin(), lengths.end(), std::uint64_t{0}), '\0');
  get_bytes(all.data(), all.size());
  texts.clear();
  texts.reserve(lengths.size());
  std::size_t first = 0;
  for (const std::uint64_t length : lengths) {
    texts.push_back(all.substr(first, length));
    first += length;
  }
}

}  // namespace gsrgnn
