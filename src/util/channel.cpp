#include "util/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <numeric>
#include <string_view>

namespace gsrgnn {
namespace {

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) throw Channel::Closed();
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

/// A message of one byte, with room for a file.
struct FileMessage {
  FileMessage() {
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
  FileMessage(const FileMessage&) = delete;
  FileMessage& operator=(const FileMessage&) = delete;

  char byte = 0;
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
};

}  // namespace

Channel::~Channel() {
  ::close(socket_);
}

std::array<int, 2> Channel::sockets() {
  std::array<int, 2> two{-1, -1};
  ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two.data());
  return two;
}

void Channel::put_bytes(const void* bytes, std::size_t size) {
  constexpr std::size_t kLarge = std::size_t{1} << 16U;  // is not copied for the sake of fewer calls
  if (size == 0) return;
  const std::string_view part(static_cast<const char*>(bytes), size);
  if (size < kLarge) {
    waiting_ += part;
  } else {
    flush();
    send_all(socket_, part);
  }
}

void Channel::flush() {
  send_all(socket_, waiting_);
  waiting_.clear();
}

void Channel::put(const std::string& text) {
  put(std::uint64_t{text.size()});
  put_bytes(text.data(), text.size());
}

// Their lengths, then all of them: each by itself would take calls of the system.
void Channel::put(const std::vector<std::string>& texts) {
  std::vector<std::uint64_t> lengths;
  lengths.reserve(texts.size());
  for (const std::string& text : texts) lengths.push_back(text.size());
  put(lengths);
  for (const std::string& text : texts) put_bytes(text.data(), text.size());
  flush();
}

void Channel::put_file(int file) {
  flush();
  FileMessage with;
  cmsghdr* const header = CMSG_FIRSTHDR(&with.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof file);
  std::memcpy(CMSG_DATA(header), &file, sizeof file);
  ssize_t sent = 0;
  while ((sent = ::sendmsg(socket_, &with.message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
  }
  if (sent != 1) throw Closed();
}

int Channel::get_file() {
  FileMessage with;
  ssize_t got = 0;
  while ((got = ::recvmsg(socket_, &with.message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (got != 1) throw Closed();
  const cmsghdr* const header = CMSG_FIRSTHDR(&with.message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return -1;
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof file);
  return file;
}

void Channel::get_bytes(void* to, std::size_t size) {
  for (std::size_t done = 0; done < size;) {
    const ssize_t got = ::recv(socket_, static_cast<char*>(to) + done, size - done, MSG_WAITALL);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) throw Closed();
    done += static_cast<std::size_t>(got);
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
