// Files are read whole, and outputs are no inputs.

#include <gtest/gtest.h>
#include <unistd.h>

#include <gsrgnn/util/files.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using testing::expect_message;
using testing::input_error;
using testing::TestFolder;

TEST(Files, AreReadAsTheyAre) {
  const TestFolder folder;
  const std::string path = folder.path("a.txt");
  for (const std::string& text : {std::string(), std::string("two\nlines\r\n\0\xff", 13), std::string(300'000, 'x')}) {
    folder.write("a.txt", text);
    EXPECT_EQ(read_text_file(path), text);
    EXPECT_EQ(read_whole_file(path, 300'000), text);
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
