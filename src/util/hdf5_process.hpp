#pragma once

/// HDF5 (1.10) crashes on some damaged files, writes where it may not, or comes to no end. So it reads none in the
/// process that computes: one of its own reads, of all files, and hands on the values, or dies of a file.

#include <sys/types.h>

#include <cstdint>
#include <gsrgnn/util/hdf5_file.hpp>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "util/channel.hpp"
#include "util/hdf5_contents.hpp"

namespace gsrgnn {

template <class T>
void put(Channel& channel, const T& value) {
  channel.put(value);
}
void put(Channel& channel, const std::vector<Hdf5Column>& columns);
template <class T>
void get(Channel& channel, T& value) {
  channel.get(value);
}
void get(Channel& channel, std::vector<Hdf5Column>& columns);

/// The process, as the one that computes sees it. It is a copy of that one, so that a question is the address of what
/// answers it.
class Hdf5Process {
 public:
  /// The one for all files, which is started when there is none. Throws InputError at `path`, for which it is wanted,
  /// when it cannot be.
  static std::shared_ptr<Hdf5Process> of_all(const std::string& path);
  /// Whoever wants one from now on gets a new one: the memory of this may be damaged.
  static void replace();

  Hdf5Process(pid_t child, int socket);
  ~Hdf5Process();
  Hdf5Process(const Hdf5Process&) = delete;
  Hdf5Process& operator=(const Hdf5Process&) = delete;

  // Those that follow throw Channel::Closed when it dies of the question, and what there was thrown: InputError or
  // std::bad_alloc. It has half a second of a processor for each, and a second for every MiB of the file.

  /// Opens a file, which is `number` from now on; where HDF5 says that it ends.
  std::uint64_t open(std::uint64_t number, const std::string& path, int descriptor, std::uint64_t size);
  /// Throws nothing.
  void close(std::uint64_t number);
  /// What `method` of the file's contents gives.
  template <auto method, class Result, class... Arguments>
  Result ask(std::uint64_t number, std::uint64_t size, const Arguments&... arguments) {
    begin({Kind::ask, &answer<method, Result, Arguments...>, number, size});
    (gsrgnn::put(channel_, arguments), ...);
    hear();
    Result result{};
    gsrgnn::get(channel_, result);
    end();
    return result;
  }

 private:
  friend class Hdf5Answers;
  using Answer = void (*)(Hdf5Contents&, Channel&);
  enum class Kind : std::uint64_t { open, ask, close };
  struct Question {
    Kind kind;
    Answer answer;
    std::uint64_t number, size;
  };
  /// What an answer begins with.
  enum class Outcome : std::uint64_t { answered, refused, no_memory };

  template <auto method, class Result, class... Arguments>
  static void answer(Hdf5Contents& contents, Channel& channel) {
    put_result<method, Result, Arguments...>(contents, channel, std::index_sequence_for<Arguments...>());
  }
  // Not by std::apply: nvcc wants it for a device.
  template <auto method, class Result, class... Arguments, std::size_t... each>
  static void put_result(Hdf5Contents& contents, Channel& channel, std::index_sequence<each...> /*each*/) {
    std::tuple<Arguments...> arguments;
    (gsrgnn::get(channel, std::get<each>(arguments)), ...);
    const Result result = (contents.*method)(std::get<each>(arguments)...);
    gsrgnn::put(channel, Outcome::answered);
    gsrgnn::put(channel, result);
  }
  void begin(const Question& question);
  void hear();
  void end() { asking_ = false; }

  const pid_t owner_, child_;
  Channel channel_;
  bool asking_ = false;  // an answer, or what is left of one that could not be taken, is still to come
};

}  // namespace gsrgnn
