// What is in a file has no time and no place in it, and whatever befalls it is noticed.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <gsrgnn/util/hdf5_file.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

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

// HDF5 knows where a file should end, so that no cut goes unnoticed.
TEST(Hdf5Damage, EveryCutIsNoticed) {
  const TestFolder folder;
  write_sample(folder.path("a.h5"));
  const std::string whole = read_bytes(folder.path("a.h5")), path = folder.path("cut.h5");
  for (std::size_t length = 0; length < whole.size(); length += 1 + length / 20) {
    write_bytes(path, whole.substr(0, length));
    expect_message(input_error([&] { Hdf5Reader file(path); }), path + ": ", {"truncated"});
  }
  write_bytes(path, whole.substr(0, whole.size() - 1));
  EXPECT_THROW(Hdf5Reader{path}, InputError);
}

// Any change of a few bytes is read or refused with an InputError that names the file.
TEST(Hdf5Damage, DamagedFilesAreReadOrRefused) {
  const TestFolder folder;
  write_sample(folder.path("a.h5"));
  const std::string whole = read_bytes(folder.path("a.h5")), path = folder.path("damaged.h5");
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

}  // namespace
}  // namespace gsrgnn
