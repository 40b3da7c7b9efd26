#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <gsrgnn/campaign/rank_lines.hpp>

namespace gsrgnn {
namespace {

constexpr std::size_t kAtomic = 4096;  // what a pipe takes in one piece
constexpr auto kHold = std::chrono::milliseconds(200);

}  // namespace

void RankLines::say(const std::string& line) {
  if (held_.size() + line.size() >= kAtomic) flush();
  held_ += line;
  std::replace(held_.end() - static_cast<std::ptrdiff_t>(line.size()), held_.end(), '\n', ' ');
  held_ += '\n';
  tick();
}

void RankLines::tick() {
  if (!held_.empty() && Clock::now() - written_ >= kHold) flush();
}

void RankLines::flush() {
  std::fflush(stdout);
  for (std::size_t done = 0; done < held_.size();) {
    const auto written = ::write(STDOUT_FILENO, held_.data() + done, held_.size() - done);
    if (written <= 0) break;  // nobody listens
    done += static_cast<std::size_t>(written);
  }
  held_.clear();
  written_ = Clock::now();
}

}  // namespace gsrgnn
