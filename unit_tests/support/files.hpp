#pragma once

/// Folders and files of a test, and what an error message has to look like.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gsrgnn/util/error.hpp>
#include <iterator>
#include <string>
#include <vector>

namespace gsrgnn::testing {

/// Sanitizers make a training some ten times slower: tests that need one of a certain length give it fewer epochs.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  EXPECT_TRUE(file.flush()) << path;
}

/// A file of ours without the checksum that it ends with, by which any damage would be noticed before a reader saw it.
inline std::string without_checksum(const std::string& bytes) {
  return bytes.substr(0, bytes.rfind("gsrgnn checksum "));
}

/// A folder of its own for each test, gone after it; `suffix` tells several of one test apart.
class TestFolder {
 public:
  explicit TestFolder(const std::string& suffix = "") {
    const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
    std::string name = fmt::format("gsrgnn_{}_{}_{}{}", test->test_suite_name(), test->name(), ::getpid(), suffix);
    std::replace(name.begin(), name.end(), '/', '_');
    path_ = std::filesystem::temp_directory_path() / name;
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string path() const { return path_.string(); }
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    write_bytes(path(name), bytes);
    return path(name);
  }
  /// Everything in it, folders too, relative and sorted.
  std::vector<std::string> listing() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
      names.push_back(std::filesystem::relative(entry.path(), path_).string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::filesystem::path path_;
};

/// Whether two run files are equal in everything but what was measured.
inline bool same_runs(const std::string& a, const std::string& b) {
  return std::system(fmt::format("h5diff -q --exclude-path /measured '{}' '{}' >/dev/null", a, b).c_str()) == 0;
}

/// `text` with the first `from` in it replaced by `to`.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) {
    ADD_FAILURE() << "the text does not hold " << from;
    return text;
  }
  return text.replace(at, from.size(), to);
}

/// The message of the error that the call throws; a failure when it throws none of this type.
template <class Error, class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no such error was thrown";
  return {};
}
template <class Call>
std::string input_error(Call&& call) {
  return error_of<InputError>(call);
}

/// "PLACE: WHAT; CURE" on one line, with all the words in it. `place` may be the beginning of the place.
inline void expect_message(const std::string& message, const std::string& place,
                           const std::vector<std::string>& words) {
  const auto holds = [&](const std::string& word) { return message.find(word) != std::string::npos; };
  const bool good =
      message.rfind(place, 0) == 0 && holds("; ") && !holds("\n") && std::all_of(words.begin(), words.end(), holds);
  if (message.empty() || good) return;  // input_error() has complained of an empty one
  ADD_FAILURE() << fmt::format("\"{}\" is not one line of \"{}...; CURE\" with: {}", message, place,
                               fmt::join(words, ", "));
}

}  // namespace gsrgnn::testing
