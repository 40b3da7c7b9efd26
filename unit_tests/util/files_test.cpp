// Files are read whole, and written whole or not at all.

#include <gtest/gtest.h>
#include <unistd.h>

#include <gsrgnn/util/files.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;
using testing::TestFolder;

TEST(Files, TemporaryNamesAreOfOneProcess) {
  const std::string name = temporary_path("runs/a.h5");
  EXPECT_EQ(name.rfind("runs/a.h5.", 0), 0U) << name;
  EXPECT_EQ(std::count(name.begin() + 10, name.end(), '.'), 1) << name;  // those who clean up take it apart at dots
  EXPECT_NE(name.find(std::to_string(::getpid())), std::string::npos) << name;
  EXPECT_EQ(name, temporary_path("runs/a.h5"));
}

TEST(Files, ATextComesBackAsItIs) {
  const TestFolder folder;
  const std::string path = folder.path("a.txt");
  for (const std::string& text : {std::string(), std::string("two\nlines\r\n\0\xff", 13), std::string(300'000, 'x')}) {
    ASSERT_TRUE(write_text_file(path, text));
    EXPECT_EQ(read_text_file(path), text);
    EXPECT_EQ(read_whole_file(path, 300'000), text);
    EXPECT_EQ(folder.listing(), std::vector<std::string>{"a.txt"});
  }
  expect_message(input_error([&] { read_whole_file(path, 299'999); }), path + ": ", {"300000 bytes", "at most 299999"});
}

TEST(Files, WhatCannotBeReadIsNoEmptyText) {
  const TestFolder folder;
  const std::string missing = folder.path("missing");
  EXPECT_FALSE(read_text_file(missing));
  EXPECT_FALSE(read_text_file(folder.path()));
  expect_message(input_error([&] { read_whole_file(missing, 10); }), missing + ": ", {"no such file"});
  expect_message(input_error([&] { read_whole_file(folder.path(), 10); }), folder.path() + ": ", {"plain file"});
}

TEST(Files, APipeIsReadToItsEnd) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  ASSERT_EQ(::write(ends[1], "text", 4), 4);
  ::close(ends[1]);
  EXPECT_EQ(read_text_file(fmt::format("/proc/self/fd/{}", ends[0])), "text");
  ::close(ends[0]);
}

TEST(Files, ATextThatCannotBeWrittenLeavesNothing) {
  const TestFolder folder;
  EXPECT_FALSE(write_text_file(folder.path("missing/a.txt"), "text"));
  std::filesystem::create_directory(folder.path("a"));
  EXPECT_FALSE(write_text_file(folder.path("a"), "text"));
  EXPECT_EQ(folder.listing(), std::vector<std::string>{"a"});
}

TEST(Files, AnInputIsNotOverwrittenByWhateverName) {
  const TestFolder folder;
  const std::string input = folder.write("a", ""), other = folder.path("b");
  std::filesystem::create_symlink(input, folder.path("link"));
  EXPECT_NO_THROW(refuse_overwrite(other, {input, folder.path("missing")}));
  for (const std::string& output : {input, folder.path("./a"), folder.path("link")}) {
    expect_message(input_error([&] { refuse_overwrite(output, {other, input}); }), output + ": ", {"overwritten"});
  }
}

}  // namespace
}  // namespace gsrgnn
