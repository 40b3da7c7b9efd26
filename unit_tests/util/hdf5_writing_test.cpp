// Files are written whole or not at all, whoever else writes there.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

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

// As when several trainings start into one new folder: each tries whether it can write there.
TEST(Hdf5Writing, WritersThatComeAndGoDoNotDisturbEachOther) {
  const TestFolder folder;
  std::vector<pid_t> writers;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 0;
      for (int round = 0; round < 200 && code == 0; ++round) {
        try {
          check_writable(folder.path(fmt::format("new/er/a{}.h5", i)));
        } catch (const InputError&) {
          code = 1;
        }
      }
      ::_exit(code);
    }
    writers.push_back(child);
  }
  for (const pid_t writer : writers) {
    int status = -1;
    ::waitpid(writer, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
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

TEST(Hdf5Writing, SaysThatAPlaceCannotBeWritten) {
  const TestFolder folder;
  folder.write("a", "a file, not a folder");
  const std::string in_file = folder.path("a/b.h5");
  expect_message(input_error([&] { Hdf5Writer file(in_file); }), in_file + ": ", {"cannot write", "writable"});
  expect_message(input_error([&] { Hdf5Writer file("/proc/b.h5"); }), "/proc/b.h5: ", {"cannot write"});
  const std::string is_folder = folder.path();
  expect_message(input_error([&] { Hdf5Writer file(is_folder); }), is_folder + ": ", {"is a folder"});
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a"});
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

// The folder goes while the file is being written: commit() says so.
TEST(Hdf5Writing, ACommitThatFailsIsAnError) {
  const TestFolder folder;
  const std::string path = folder.path("new/a.h5");
  Hdf5Writer file(path);
  std::filesystem::remove_all(folder.path("new"));
  expect_message(input_error([&] { file.commit(); }), path + ": ", {"cannot write"});
  EXPECT_TRUE(folder.listing().empty());
}

}  // namespace
}  // namespace gsrgnn
