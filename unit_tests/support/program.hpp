#pragma once

/// The program in a folder of its own: what it prints, its exit code, and that it leaves nothing when it refuses.

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "support/files.hpp"

namespace gsrgnn::testing {

using Json = nlohmann::json;

/// The text without a sanitizer's lines on allocations that it refused: they are not the program's.
inline std::string without_sanitizer(const std::string& text) {
  std::string kept;
  for (std::size_t start = 0, end; start < text.size(); start = end) {
    end = std::min(text.find('\n', start), text.size() - 1) + 1;
    const std::string line = text.substr(start, end - start);
    if (line.find("WARNING: AddressSanitizer failed to allocate") == std::string::npos) kept += line;
  }
  return kept;
}

// A deck of some milliseconds.
inline const std::string kDeck = R"(circuit:
  generate: {cells: 200, seed: 1}
model:
  layers: 2
  hidden: 16
  k: 4
train:
  epochs: 5
  split: [0.6, 0.2, 0.2]
output: run.h5
)";

/// What the program left behind: exit code and text.
struct Outcome {
  int code;
  std::string out, err;
};

class ProgramTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(std::filesystem::exists(GSRGNN_PROGRAM)) << GSRGNN_PROGRAM << " is not built"; }

  /// Runs "gsrgnn ARGUMENTS" in the work folder. `before` is shell text in front of it, e.g. a variable.
  Outcome run(const std::string& arguments, const std::string& before = "") const {
    const std::string out = texts_.path("out"), err = texts_.path("err");
    const std::string command = fmt::format("cd '{}' && {} '{}' {} >'{}' 2>'{}' </dev/null", work_.path(), before,
                                            GSRGNN_PROGRAM, arguments, out, err);
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_bytes(out), without_sanitizer(read_bytes(err))};
  }

  /// Runs it and expects success without a word on standard error.
  std::string succeed(const std::string& arguments, const std::string& before = "") const {
    SCOPED_TRACE(arguments);
    const Outcome outcome = run(arguments, before);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.err, "");
    return outcome.out;
  }

  Json info(const std::string& file) const {
    const std::string text = succeed("info --json " + file);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
    const Json json = Json::parse(text, nullptr, false);
    EXPECT_TRUE(json.is_object()) << text;
    return json;
  }

  /// Names and contents of all files in the work folder.
  std::map<std::string, std::string> snapshot() const {
    std::map<std::string, std::string> contents;
    for (const std::string& name : work_.listing()) {
      const bool folder = std::filesystem::is_directory(work_.path(name));
      contents[name] = folder ? "(folder)" : read_bytes(work_.path(name));
    }
    return contents;
  }

  /// Expects the exit code, exactly one line on standard error with all the words, and a folder as it was.
  void expect_refused(const std::string& arguments, const std::vector<std::string>& words, int code = 2,
                      const std::string& before = "") const {
    SCOPED_TRACE(arguments);
    const auto was = snapshot();
    const Outcome outcome = run(arguments, before);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    const std::string& line = outcome.err;
    EXPECT_TRUE(std::count(line.begin(), line.end(), '\n') == 1 && line.back() == '\n' && line.size() < 600 &&
                line.rfind("gsrgnn: ", 0) == 0)
        << "not one short line: " << line;
    const auto missing = std::find_if(words.begin(), words.end(),
                                      [&](const std::string& word) { return line.find(word) == std::string::npos; });
    EXPECT_TRUE(missing == words.end()) << "no '" << *missing << "' in: " << line;
    const auto is = snapshot();
    for (const auto& [name, content] : is) EXPECT_EQ(was.count(name), 1U) << name << " was left behind";
    EXPECT_TRUE(was == is);
  }

  std::string write(const std::string& name, const std::string& text) const { return work_.write(name, text); }

  TestFolder work_{"_work"}, texts_{"_texts"};
};

}  // namespace gsrgnn::testing
