#pragma once

/// What the emulated device runs, and what its lanes do besides calculating: wait for each other, and show each other
/// values. A block is threads of lanes, each lane a fiber that runs the kernel's body. Lanes run one at a time, in any
/// order between the points at which Kokkos for CUDA lets them wait.

#include <cstddef>
#include <cstdint>
#include <string>

namespace gsrgnn::testing::device {

/// Which block, and which of the lanes that can, runs next.
enum class Order { random, ascending, descending };
/// As the environment's GSRGNN_LANE_ORDER says, or random; but while one of these lives as that says.
class InOrder {
 public:
  explicit InOrder(Order order, unsigned seed = 1);
  InOrder(const InOrder&) = delete;
  InOrder& operator=(const InOrder&) = delete;
  ~InOrder();

 private:
  Order before_;
};

/// What a GPU of compute capability 8.6 has, of which Kokkos keeps some fast memory for itself.
constexpr int kMostThreads = 1024, kWarp = 32;
constexpr std::size_t kFastBytes = 48 * 1024 - 8224, kSlowBytes = 20 * 1024 * 1024;

/// A lane that runs, and the scratch of its block: fast, which is level 0, and slow.
struct Seat {
  std::int64_t block;
  int thread, lane;
  char* scratch[2];
};

/// What a kernel knows: all of the host's memory that it may read.
struct Arguments {
  const void* data;
  std::size_t bytes;
};

/// Runs body(arguments, seat) on every lane of `blocks` blocks of `threads` x `lanes`, whose scratch has so many bytes
/// of either level.
struct BlockShape {
  std::int64_t blocks;
  int threads, lanes;
  std::size_t scratch[2];
};
void run_blocks(const BlockShape& shape, const Arguments& arguments, void (*body)(const void*, const Seat&));
/// Runs body(arguments, item) for each item below `count`, each on a lane that waits for no other.
void run_items(std::int64_t count, const Arguments& arguments, void (*body)(const void*, std::int64_t));

/// What a lane waits for: the others of its thread, with whom it is synchronised or only shuffles values, or the whole
/// block.
enum class Meeting { synchronise, shuffle, barrier };
/// Called by a lane. Those that meet have to be at the same `place` of the kernel.
void meet(Meeting meeting, const void* place);

/// A shuffle of the lanes of a thread, each of which shows its value; look() then gives that of any, until the next.
constexpr std::size_t kMostShown = 32;
void show(const void* value, std::size_t bytes, const void* place);
void look(int lane, void* value, std::size_t bytes);

/// The label of the kernel that is launched next, for messages.
void name_kernel(const std::string& label);

}  // namespace gsrgnn::testing::device
