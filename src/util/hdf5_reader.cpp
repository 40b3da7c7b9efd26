#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <gsrgnn/util/error.hpp>
#include <utility>

#include "util/checksum.hpp"
#include "util/hdf5_parts.hpp"
#include "util/hdf5_process.hpp"

namespace gsrgnn {

Hdf5Reader::File::File(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw InputError(path, "no such file", "check the path");
  if (!std::filesystem::is_regular_file(status)) {
    throw InputError(path, std::filesystem::is_directory(status) ? "is a folder" : "is a pipe or device",
                     "give a file");
  }
  descriptor = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // not waited for, should it be a pipe by now
  if (descriptor < 0) {
    throw InputError(path, fmt::format("cannot be read ({})", std::strerror(errno)), "check its permissions");
  }
}

Hdf5Reader::File::~File() {
  if (descriptor >= 0) ::close(descriptor);
}

/// What `call` gives, once a process has the file open. One that dies may do so of another file, which it read before.
template <class Call>
auto Hdf5Reader::surviving(const Call& call) const {
  for (int left = 2;; --left) {
    try {
      if (opened_.by == nullptr) {
        const auto process = Hdf5Process::of_all(path_);
        opened_.end = process->open(opened_.number, path_, file_.descriptor, size_);
        opened_.by = process;
      }
      return call();
    } catch (const Channel::Closed&) {
      opened_.by = nullptr;
      Hdf5Process::replace();
      if (left == 1) {
        throw InputError(path_, "is damaged in a way that HDF5 does not survive", "write it again with this program");
      }
    } catch (const InputError&) {
      if (!has_checksum_) Hdf5Process::replace();  // what is damaged may have damaged its memory
      throw;
    }
  }
}

Hdf5Reader::Opened::~Opened() {
  if (by != nullptr) by->close(number);
}

Hdf5Reader::Hdf5Reader(std::string path) : path_(std::move(path)), file_(path_) {
  static std::uint64_t files = 0;
  opened_.number = ++files;
  size_ = std::filesystem::file_size(fmt::format("/proc/self/fd/{}", file_.descriptor));
  has_checksum_ = has_right_checksum(file_.descriptor, path_);
  std::uint64_t end = 0;
  try {
    end = surviving([&] { return opened_.end; });
  } catch (const InputError&) {
    if (::flock(file_.descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      throw InputError(path_, "is locked by another program that writes it", "wait until that has ended");
    }
    throw;
  }
  if (!has_checksum_) refuse_broken_checksum(file_.descriptor, end, path_);
}

template <class Result, auto method, class... Arguments>
Result Hdf5Reader::ask(const Arguments&... arguments) const {
  return surviving([&] { return opened_.by->ask<method, Result>(opened_.number, size_, arguments...); });
}

void Hdf5Reader::fail(const std::string& object, const std::string& what) const {
  refuse(object, what, kDamagedOrOther);
}

void Hdf5Reader::refuse(const std::string& object, const std::string& what, const std::string& cure) const {
  throw InputError(fmt::format("{}:/{}", path_, object), what, cure);
}

bool Hdf5Reader::has(const std::string& name) const {
  return ask<bool, &Hdf5Contents::has>(name);
}

Shape Hdf5Reader::shape(const std::string& name) const {
  return ask<Shape, &Hdf5Contents::shape>(name);
}

template <class T>
std::vector<T> Hdf5Reader::array(const std::string& name) const {
  return ask<std::vector<T>, &Hdf5Contents::array<T>>(name);
}

template std::vector<float> Hdf5Reader::array(const std::string&) const;
template std::vector<double> Hdf5Reader::array(const std::string&) const;
template std::vector<std::int32_t> Hdf5Reader::array(const std::string&) const;
template std::vector<std::int64_t> Hdf5Reader::array(const std::string&) const;
template std::vector<std::uint8_t> Hdf5Reader::array(const std::string&) const;

std::vector<float> Hdf5Reader::part(const std::string& name, std::uint64_t first, std::uint64_t count) const {
  return ask<std::vector<float>, &Hdf5Contents::part>(name, first, count);
}

std::vector<std::string> Hdf5Reader::strings(const std::string& name) const {
  return ask<std::vector<std::string>, &Hdf5Contents::strings>(name);
}

std::string Hdf5Reader::string(const std::string& name) const {
  auto values = strings(name);
  if (values.size() != 1) fail(name, "does not hold one string");
  return std::move(values.front());
}

std::vector<std::string> Hdf5Reader::names(const std::string& name, std::uint64_t count) const {
  return ask<std::vector<std::string>, &Hdf5Contents::names>(name, count);
}

std::vector<Hdf5Column> Hdf5Reader::table(const std::string& name) const {
  return ask<std::vector<Hdf5Column>, &Hdf5Contents::table>(name);
}

std::string Hdf5Reader::attribute_string(const std::string& object, const std::string& name) const {
  return ask<std::string, &Hdf5Contents::attribute_string>(object, name);
}

std::int64_t Hdf5Reader::attribute_int(const std::string& object, const std::string& name) const {
  return ask<std::int64_t, &Hdf5Contents::attribute_int>(object, name);
}

double Hdf5Reader::attribute_double(const std::string& object, const std::string& name) const {
  return ask<double, &Hdf5Contents::attribute_double>(object, name);
}

bool Hdf5Reader::has_attribute(const std::string& object, const std::string& name) const {
  return ask<bool, &Hdf5Contents::has_attribute>(object, name);
}

std::vector<std::string> Hdf5Reader::members(const std::string& group) const {
  return ask<std::vector<std::string>, &Hdf5Contents::members>(group);
}

}  // namespace gsrgnn
