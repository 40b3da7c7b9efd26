// What is in a file has no time and no place in it, and whatever befalls it is noticed.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <gsrgnn/util/hdf5_file.hpp>

#include "support/changed_file.hpp"
#include "support/files.hpp"
#include "support/foreign_file.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

constexpr std::size_t kLine = 50;  // that of the checksum

void write_sample(const std::string& path) {
  Hdf5Writer file(path);
  file.attribute("/", "kind", "sample");
  file.attribute("/", "version", std::int64_t{1});
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(static_cast<float>(i));
  file.array("a/values", values.data(), {100, 10});
  file.array("a/none", std::vector<double>{});
  file.strings("a/names", {"x", "yy", "zzz"});
  file.string("text", "some text");
  file.attribute("a", "unit", "mm");
  file.commit();
}

TEST(Hdf5Damage, EqualContentGivesEqualBytes) {
  const TestFolder folder;
  write_sample(folder.path("a.h5"));
  ::sleep(1);  // a time stamp would have to be of another second
  write_sample(folder.path("b.h5"));
  EXPECT_TRUE(read_bytes(folder.path("a.h5")) == read_bytes(folder.path("b.h5")));
}

// File systems without locks, and files that another program has locked.
TEST(Hdf5Damage, NeedsNoLocks) {
  const TestFolder folder;
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.commit();
  }
  const int file = ::open(folder.path("a.h5").c_str(), O_RDWR);
  ASSERT_EQ(::flock(file, LOCK_EX), 0);
  EXPECT_NO_THROW(Hdf5Reader(folder.path("a.h5")));
  ::close(file);
}

TEST(Hdf5Damage, RefusesWhatIsNoHdf5File) {
  const TestFolder folder;
  const std::string missing = folder.path("missing.h5");
  expect_message(input_error([&] { Hdf5Reader file(missing); }), missing + ": ", {"no such file"});
  expect_message(input_error([&] { Hdf5Reader file(folder.path()); }), folder.path() + ": ", {"folder"});
  for (const char* content : {"", "text", "\x89HDF\r\n\x1a\n", "\x89HDF\r\n\x1a\n and no more than that"}) {
    const std::string path = folder.write("other.h5", content);
    expect_message(input_error([&] { Hdf5Reader file(path); }), path + ": ", {"HDF5"});
  }
}

// HDF5 knows where a file should end, and it ends with its checksum, so that no cut goes unnoticed.
TEST(Hdf5Damage, EveryCutIsNoticed) {
  const TestFolder folder;
  write_sample(folder.path("a.h5"));
  const std::string whole = read_bytes(folder.path("a.h5")), path = folder.path("cut.h5");
  for (std::size_t length = 0; length < whole.size(); length += 1 + length / 20) {
    write_bytes(path, whole.substr(0, length));
    const std::string message = input_error([&] { Hdf5Reader file(path); });
    expect_message(message, path + ": ", {length + kLine > whole.size() ? "damaged" : "truncated"});
  }
  for (std::size_t left = 1; left < kLine; ++left) {
    write_bytes(path, whole.substr(0, whole.size() - kLine + left));
    expect_message(input_error([&] { Hdf5Reader file(path); }), path + ": ", {"damaged", "checksum", "copy it again"});
  }
}

TEST(Hdf5Damage, EveryFlippedBitIsNoticed) {
  const TestFolder folder;
  write_sample(folder.path("a.h5"));
  const std::string whole = read_bytes(folder.path("a.h5")), path = folder.path("flipped.h5");
  for (std::size_t at = 0; at < whole.size();
       at += whole.size() - at <= kLine ? 1 : std::min<std::size_t>(31, whole.size() - at - kLine)) {
    for (int bit = static_cast<int>(at % 3); bit < 8; bit += 3) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ 1 << bit);
      write_bytes(path, bytes);
      expect_message(input_error([&] { Hdf5Reader file(path); }), path + ": ", {"damaged", "checksum"});
    }
  }
  // A block that was lost, and what another file left behind the end.
  write_bytes(path, whole.substr(0, whole.size() - 500) + std::string(500, '\0'));
  EXPECT_THROW(Hdf5Reader{path}, InputError);
  write_bytes(path, whole + "more");
  expect_message(input_error([&] { Hdf5Reader file(path); }), path + ": ", {"damaged", "checksum"});
}

// Whoever changes a file with another tool drops the checksum with that, and is believed.
TEST(Hdf5Damage, WhatOthersChangedIsReadAsItIs) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  write_sample(path);
  remove_object(path, "text");
  EXPECT_EQ(read_bytes(path).find("gsrgnn checksum"), std::string::npos);
  EXPECT_FALSE(Hdf5Reader(path).has("text"));
  EXPECT_EQ(Hdf5Reader(path).array<float>("a/values").size(), 1000U);
  // As one leaves it that was killed: longer than its header says.
  write_bytes(path, read_bytes(path) + std::string(4096, '\0'));
  EXPECT_EQ(Hdf5Reader(path).array<float>("a/values").size(), 1000U);
}

// Any change of a few bytes is read or refused with an InputError that names the file.
TEST(Hdf5Damage, DamagedFilesAreReadOrRefused) {
  const TestFolder folder;
  write_sample(folder.path("a.h5"));
  // Without the checksum, which would notice all of them.
  const std::string whole = without_checksum(read_bytes(folder.path("a.h5")));
  const std::string path = folder.path("damaged.h5");
  int read = 0, refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += at < 3000 ? 5 : 37) {
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      write_bytes(path, bytes);
      try {
        const Hdf5Reader file(path);
        file.attribute_string("/", "kind");
        file.attribute_int("/", "version");
        EXPECT_LE(file.array<float>("a/values").size(), whole.size());
        file.array<double>("a/none");
        EXPECT_LE(file.strings("a/names").size(), whole.size());
        file.string("text");
        file.attribute_string("a", "unit");
        file.members("a");
        ++read;
      } catch (const InputError& error) {
        EXPECT_EQ(std::string(error.what()).rfind(path, 0), 0U) << error.what();
        ++refused;
      } catch (const std::exception& error) {
        ADD_FAILURE() << "byte " << at << " ^ " << change << ": " << error.what();
      }
    }
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

// And one in HDF5's oldest format, without any checksum, with all that others put into files.
TEST(Hdf5Damage, DamagedFilesOfOthersAreReadOrRefused) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  start_hdf5();
  {
    ForeignFile file(path);
    const char* const texts[] = {"some text", "more of it"};
    const hid_t any_length = file.strings(H5T_VARIABLE);
    const std::vector<float> values(3000, 1.5F);
    file.attribute("kind", file.strings(6), "sample");
    file.attribute("note", any_length, texts);
    file.list("notes", any_length, any_length, 2, texts);
    file.list("values", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 3000, values.data());
    file.list("packed", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, 3000, values.data(), [](hid_t properties) {
      const hsize_t chunk = 1000;
      H5Pset_chunk(properties, 1, &chunk);
      H5Pset_shuffle(properties);
      H5Pset_deflate(properties, 5);
      H5Pset_fletcher32(properties);
    });
    H5Lcreate_soft("/values", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
  }
  const std::string whole = read_bytes(path);
  int read = 0, refused = 0;
  const auto attempt = [&](const auto& call) {
    try {
      call();
      ++read;
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).rfind(path, 0), 0U) << error.what();
      ++refused;
    }
  };
  for (std::size_t at = 0; at < whole.size(); at += at < 6000 || whole.size() - at < 4000 ? 23 : 211) {
    for (const int change : {0x01, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      write_bytes(path, bytes);
      attempt([&] {
        const Hdf5Reader file(path);
        attempt([&] { file.attribute_string("/", "kind"); });
        attempt([&] { file.attribute_string("/", "note"); });
        attempt([&] { file.strings("notes"); });
        attempt([&] { file.array<float>("values"); });
        attempt([&] { file.array<float>("packed"); });
        attempt([&] { file.has("soft"); });
      });
    }
  }
  EXPECT_GT(read, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace gsrgnn
