// Between two processes: what is put is got, of any size, and an end that is gone or lies is noticed.

#include "util/channel.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <numeric>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

/// One end here, the other in a process that does `work` with it.
class OtherSide {
 public:
  explicit OtherSide(const std::function<void(Channel&)>& work) {
    const auto sockets = Channel::sockets();
    child_ = ::fork();
    if (child_ == 0) {
      ::close(sockets[0]);
      try {
        Channel channel(sockets[1]);
        work(channel);
        ::_exit(0);
      } catch (const Channel::Closed&) {
        ::_exit(1);
      }
    }
    ::close(sockets[1]);
    here_ = std::make_unique<Channel>(sockets[0]);
  }
  ~OtherSide() {
    here_ = nullptr;
    ::waitpid(child_, nullptr, 0);
  }
  OtherSide(const OtherSide&) = delete;
  OtherSide& operator=(const OtherSide&) = delete;
  Channel& operator*() { return *here_; }

 private:
  pid_t child_;
  std::unique_ptr<Channel> here_;
};

TEST(Channel, GivesWhatWasPut) {
  std::vector<double> many(1'000'000);
  std::iota(many.begin(), many.end(), .5);
  const std::vector<std::string> texts = {"", "one", std::string(300'000, 'x'), std::string("\0y", 2)};
  OtherSide other([](Channel& channel) {  // gives back what it gets
    double number = 0;
    std::string text;
    std::vector<double> numbers, none;
    std::vector<std::string> words;
    channel.get(number);
    channel.get(text);
    channel.get(numbers);
    channel.get(none);
    channel.get(words);
    channel.put(words);
    channel.put(none);
    channel.put(numbers);
    channel.put(text);
    channel.put(number);
    channel.flush();
  });
  (*other).put(1.25);
  (*other).put(std::string("text"));
  (*other).put(many);
  (*other).put(std::vector<double>());
  (*other).put(texts);
  (*other).flush();
  std::vector<std::string> words;
  std::vector<double> none = {1}, numbers;
  std::string text;
  double number = 0;
  (*other).get(words);
  (*other).get(none);
  (*other).get(numbers);
  (*other).get(text);
  (*other).get(number);
  EXPECT_EQ(words, texts);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(numbers, many);
  EXPECT_EQ(text, "text");
  EXPECT_EQ(number, 1.25);
}

TEST(Channel, GivesFilesThatStayOpen) {
  const TestFolder folder;
  const std::string path = folder.write("a", "content");
  OtherSide other([](Channel& channel) {
    std::string name, text(7, '\0');
    channel.get(name);
    const int file = channel.get_file();
    if (name != "a" || channel.get_file() != -1) ::_exit(1);
    if (::read(file, text.data(), text.size()) != 7) ::_exit(1);
    channel.put(text);
    channel.flush();
  });
  const int file = ::open(path.c_str(), O_RDONLY);
  (*other).put(std::string("a"));
  (*other).flush(file);
  ::close(file);
  std::filesystem::remove(path);
  std::string text;
  (*other).get(text);
  EXPECT_EQ(text, "content");
}

TEST(Channel, NoticesTheEndOfTheOther) {
  OtherSide other([](Channel& channel) {
    channel.put(1);
    channel.flush();
  });
  int one = 0;
  (*other).get(one);
  EXPECT_EQ(one, 1);
  EXPECT_THROW((*other).get(one), Channel::Closed);
  // What is sent into the void may be taken at first.
  const auto send = [&] {
    (*other).put(std::vector<char>(1 << 20));
    (*other).flush();
  };
  EXPECT_THROW((send(), send()), Channel::Closed);
}

TEST(Channel, WaitsNoLongerThanIsExpected) {
  OtherSide other([](Channel& channel) {
    int until_the_end = 0;
    channel.get(until_the_end);
  });
  (*other).expect_within(1);
  int none = 0;
  EXPECT_THROW((*other).get(none), Channel::Closed);
}

TEST(Channel, BelievesNoSizeBeyondWhatIsExpected) {
  const auto put_much = [](Channel& channel) {
    channel.put(std::vector<std::string>{std::string(1000, 'x'), std::string(1000, 'x')});
    channel.put(~std::uint64_t{0});
    channel.flush();
  };
  std::vector<std::string> texts;
  {
    OtherSide other(put_much);
    (*other).expect_at_most(1999);
    EXPECT_THROW((*other).get(texts), Channel::Closed);
  }
  OtherSide other(put_much);
  (*other).expect_at_most(2000);
  (*other).get(texts);
  EXPECT_EQ(texts.size(), 2U);
  std::vector<double> numbers;
  EXPECT_THROW((*other).get(numbers), Channel::Closed);
}

}  // namespace
}  // namespace gsrgnn
