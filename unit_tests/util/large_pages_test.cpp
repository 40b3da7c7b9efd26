// Large pages are asked for: the kernel says so of the mapping.

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <gsrgnn/util/arena.hpp>
#include <sstream>

namespace gsrgnn {
namespace {

/// The flags of the mapping that holds an address, of /proc/self/smaps: "rd wr mr mw me ac hg".
std::string flags_of(const void* address) {
  std::ifstream maps("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t first = 0, last = 0;
    char dash = 0;
    std::istringstream range(line);
    if (range >> std::hex >> first >> dash >> last && dash == '-') {
      here = first <= reinterpret_cast<std::uintptr_t>(address) && reinterpret_cast<std::uintptr_t>(address) < last;
    } else if (here && line.rfind("VmFlags:", 0) == 0) {
      return line;
    }
  }
  return "";
}

class LargePages : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/sys/kernel/mm/transparent_hugepage")) GTEST_SKIP() << "this system has none";
  }
};

TEST_F(LargePages, OfAnArenaOnTheHost) {
  using Exec = Kokkos::DefaultHostExecutionSpace;
  constexpr std::size_t kBytes = std::size_t{64} << 20U;
  Arena<Exec> arena(kBytes);
  const auto bytes = arena.take<Vector<std::uint8_t, Exec>>(kBytes);
  const std::string flags = flags_of(bytes.data() + kBytes / 2);
  EXPECT_NE(flags.find(" hg"), std::string::npos) << flags;
}

/// Of whole pages only: what stands before and behind belongs to others.
TEST_F(LargePages, OfNothingButTheMemory) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  auto* const pages =
      static_cast<char*>(::mmap(nullptr, 5 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(pages, MAP_FAILED);
  ask_for_large_pages(pages + page / 2, 3 * page);
  for (const int asked : {1, 2}) EXPECT_NE(flags_of(pages + asked * page).find(" hg"), std::string::npos) << asked;
  for (const int left : {0, 3, 4}) EXPECT_EQ(flags_of(pages + left * page).find(" hg"), std::string::npos) << left;
  ask_for_large_pages(pages, page / 2);  // less than one
  EXPECT_EQ(flags_of(pages).find(" hg"), std::string::npos);
  ::munmap(pages, 5 * page);
}

}  // namespace
}  // namespace gsrgnn
