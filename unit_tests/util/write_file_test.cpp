// Files are written whole or not at all, whoever else writes there.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gsrgnn/util/write_file.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

TEST(WriteFile, WhatIsWrittenIsWhatIsThere) {
  const TestFolder folder;
  const std::string path = folder.path("a.txt");
  for (const std::string& text : {std::string(), std::string("two\nlines\r\n\0\xff", 13), std::string(300'000, 'x')}) {
    write_file(path, text);
    EXPECT_EQ(read_bytes(path), text);
    write_file(path, {text, "and", "", "more"});
    EXPECT_EQ(read_bytes(path), text + "andmore");
    EXPECT_EQ(folder.listing(), std::vector<std::string>{"a.txt"});
  }
}

TEST(WriteFile, TemporaryNamesAreOfOneFileOfOneProcess) {
  const std::string name = temporary_path("runs/a.h5");
  EXPECT_EQ(name.rfind("runs/a.h5.", 0), 0U) << name;
  EXPECT_EQ(std::count(name.begin() + 10, name.end(), '.'), 1) << name;  // those who clean up take it apart at dots
  EXPECT_NE(name.find(std::to_string(::getpid())), std::string::npos) << name;
  EXPECT_NE(name, temporary_path("runs/a.h5"));
}

TEST(WriteFile, WhatWasThereIsKeptUnderAnotherName) {
  const TestFolder folder;
  const std::string path = folder.path("a"), kept = folder.path("b");
  write_file(path, {"one"}, kept);
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a"});
  write_file(path, {"two"}, kept);
  write_file(path, {"three"}, kept);
  EXPECT_EQ(read_bytes(path), "three");
  EXPECT_EQ(read_bytes(kept), "two");
  EXPECT_EQ(folder.listing(), (std::vector<std::string>{"a", "b"}));
}

TEST(WriteFile, FoldersAreMadeAndGoAgainWithAFileThatCannotBe) {
  const TestFolder folder;
  check_writable(folder.path("new/folder/a"));
  EXPECT_EQ(folder.listing(), std::vector<std::string>{});
  EXPECT_THROW(write_file(folder.path("new/folder/" + std::string(300, 'x')), ""), InputError);
  EXPECT_EQ(folder.listing(), std::vector<std::string>{});
  write_file(folder.path("new/folder/a"), "text");
  EXPECT_EQ(folder.listing(), (std::vector<std::string>{"new", "new/folder", "new/folder/a"}));
}

TEST(WriteFile, SaysWhyAPlaceCannotBeWritten) {
  const TestFolder folder;
  folder.write("a", "a file, not a folder");
  for (const auto& [path, words] : std::vector<std::pair<std::string, std::vector<std::string>>>{
           {folder.path("a/b"), {"cannot write", "(Not a directory)", "writable"}},
           {"/proc/b", {"cannot write"}},
           {folder.path(), {"is a folder"}},
           {"/dev/null", {"is a pipe or device"}}}) {
    expect_message(input_error([&, to = path] { write_file(to, "text"); }), path + ": ", words);
    expect_message(input_error([&, to = path] { check_writable(to); }), path + ": ", words);
  }
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a"});
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

// As when several trainings start into one new folder: each tries whether it can write there.
TEST(WriteFile, WritersThatComeAndGoDoNotDisturbEachOther) {
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

TEST(WriteFile, OnlyWhatADeadProcessLeftIsAbandoned) {
  const TestFolder folder;
  const std::string left = folder.write("a.1.partial", "left"), held = folder.write("a.2.partial", "being written");
  int ready[2], done[2];
  ASSERT_TRUE(::pipe(ready) == 0 && ::pipe(done) == 0);
  const pid_t writer = ::fork();
  if (writer == 0) {
    const int file = ::open(held.c_str(), O_WRONLY);
    const bool locked = ::flock(file, LOCK_EX | LOCK_NB) == 0 && ::write(ready[1], "x", 1) == 1;
    char end = 0;
    ::_exit(locked && ::read(done[0], &end, 1) == 1 ? 0 : 1);
  }
  char begin = 0;
  ASSERT_EQ(::read(ready[0], &begin, 1), 1);
  remove_abandoned(left);
  remove_abandoned(held);
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a.2.partial"});
  ASSERT_EQ(::write(done[1], "x", 1), 1);
  int status = -1;
  ::waitpid(writer, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  remove_abandoned(held);
  EXPECT_TRUE(folder.listing().empty());
  for (const int end : {ready[0], ready[1], done[0], done[1]}) ::close(end);
}

// Two trainings of one output: while one writes, again and again, the other cleans up behind processes that died.
TEST(WriteFile, WhoCleansUpDoesNotDisturbAWriter) {
  const TestFolder folder;
  const pid_t cleaner = ::fork();
  if (cleaner == 0) {
    for (;;) {
      for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        if (entry.path().extension() == ".partial") remove_abandoned(entry.path().string());
      }
    }
  }
  const std::string text(10'000, 'x');
  int written = 0;
  for (; written < 300; ++written) ASSERT_NO_THROW(write_file(folder.path("a"), text)) << written;
  ::kill(cleaner, SIGKILL);
  ::waitpid(cleaner, nullptr, 0);
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace gsrgnn
