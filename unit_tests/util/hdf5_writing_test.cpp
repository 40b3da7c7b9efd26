// What is made in memory comes to the disk with commit(), whole and with its checksum.

#include <gtest/gtest.h>
#include <gsrgnn/util/hdf5_file.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

TEST(Hdf5Writing, AppearsOnCommitOnly) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  Hdf5Writer file(path);
  file.array("x", std::vector<float>{1, 2, 3});
  EXPECT_FALSE(std::filesystem::exists(path));
  file.commit();
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a.h5"});
}

TEST(Hdf5Writing, LeavesNothingWhenNeverCommitted) {
  const TestFolder folder;
  { Hdf5Writer file(folder.path("a.h5")); }
  {
    Hdf5Writer file(folder.path("a.h5"));
    file.array("x", std::vector<float>(100000, 1.0F));
  }
  EXPECT_TRUE(folder.listing().empty());
}

TEST(Hdf5Writing, LeavesNoFolderWhenNeverCommitted) {
  const TestFolder folder;
  { Hdf5Writer file(folder.path("new/folder/a.h5")); }
  EXPECT_EQ(folder.listing(), std::vector<std::string>{});
}

TEST(Hdf5Writing, MakesTheFolderOfACommittedFile) {
  const TestFolder folder;
  Hdf5Writer file(folder.path("new/folder/a.h5"));
  file.commit();
  EXPECT_EQ(folder.listing(), (std::vector<std::string>{"new", "new/folder", "new/folder/a.h5"}));
}

TEST(Hdf5Writing, ReplacesAnOlderFileOnCommitOnly) {
  const TestFolder folder;
  const std::string path = folder.write("a.h5", "what was there");
  { Hdf5Writer file(path); }
  EXPECT_EQ(read_bytes(path), "what was there");
  Hdf5Writer file(path);
  file.attribute("/", "kind", "new");
  EXPECT_EQ(read_bytes(path), "what was there");
  file.commit();
  EXPECT_EQ(Hdf5Reader(path).attribute_string("/", "kind"), "new");
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a.h5"});
}

TEST(Hdf5Writing, NamesTheObjectThatCannotBeWritten) {
  const TestFolder folder;
  const std::string path = folder.path("a.h5");
  {
    Hdf5Writer file(path);
    file.array("x", std::vector<float>{1});
    expect_message(input_error([&] { file.array("x", std::vector<float>{2}); }), path + ": ", {"/x"});
    expect_message(input_error([&] { file.attribute("nothing", "n", "v"); }), path + ": ", {"nothing"});
    expect_message(input_error([&] { file.group("x"); }), path + ": ", {"/x"});
  }
  EXPECT_TRUE(folder.listing().empty());
}

// The folder becomes a file while the contents are being made: commit() says so.
TEST(Hdf5Writing, ACommitThatFailsIsAnError) {
  const TestFolder folder;
  const std::string path = folder.path("new/a.h5");
  Hdf5Writer file(path);
  folder.write("new", "");
  expect_message(input_error([&] { file.commit(); }), path + ": ", {"cannot write", "(Not a directory)"});
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"new"});
}

// What HDF5 itself would write to a disk, and the checksum.
TEST(Hdf5Writing, TheFileIsWhatHdf5Knows) {
  const TestFolder folder;
  Hdf5Writer file(folder.path("a.h5"));
  file.array("big", std::vector<double>(300'000, 1.5));
  file.array("small/list", std::vector<std::int32_t>{1, 2, 3});
  file.commit();
  const std::string repacked = folder.path("b.h5");
  ASSERT_EQ(std::system(fmt::format("h5repack '{}' '{}'", folder.path("a.h5"), repacked).c_str()), 0);
  EXPECT_TRUE(same_runs(folder.path("a.h5"), repacked));
  const std::string bytes = read_bytes(folder.path("a.h5"));
  EXPECT_LT(bytes.size(), 2'403'000U);
  EXPECT_EQ(bytes.find("gsrgnn checksum "), bytes.size() - 50);
}

}  // namespace
}  // namespace gsrgnn
