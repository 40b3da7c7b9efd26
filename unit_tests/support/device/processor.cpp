#include "support/device/processor.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <numeric>

#include "support/device/execution_space.hpp"
#include "support/device/fault.hpp"
#include "support/device/memory.hpp"

namespace gsrgnn::testing::device {

InOrder::InOrder(Order order, unsigned seed) : before_(Processor::instance().order()) {
  Processor::instance().set_order(order, seed);
}
InOrder::~InOrder() {
  Processor::instance().set_order(before_, 1);
}
void run_blocks(const BlockShape& shape, const Arguments& arguments, void (*body)(const void*, const Seat&)) {
  Processor::instance().run_blocks(shape, arguments, body);
}
void run_items(std::int64_t count, const Arguments& arguments, void (*body)(const void*, std::int64_t)) {
  Processor::instance().run_items(count, arguments, body);
}
void meet(Meeting meeting, const void* place) {
  Processor::instance().meet(meeting, place);
}
void show(const void* value, std::size_t bytes, const void* place) {
  Processor::instance().show(value, bytes, place);
}
void look(int lane, void* value, std::size_t bytes) {
  Processor::instance().look(lane, value, bytes);
}
void name_kernel(const std::string& label) {
  Processor::instance().name_kernel(label);
}

Processor& Processor::instance() {
  static auto* const processor = new Processor;  // for good: what ends after it may still be observed
  return *processor;
}

Processor::Processor() : lanes_(kMostThreads), threads_(kMostThreads) {
  const char* const order = std::getenv("GSRGNN_LANE_ORDER");
  const std::string name = order == nullptr ? "" : order;
  if (name == "ascending") order_ = Order::ascending;
  if (name == "descending") order_ = Order::descending;
}

void Processor::set_order(Order order, unsigned seed) {
  order_ = order;
  random_.seed(seed);
}

std::vector<std::int64_t> Processor::in_order(std::int64_t count) {
  std::vector<std::int64_t> all(count);
  std::iota(all.begin(), all.end(), std::int64_t{0});
  if (order_ == Order::descending) std::reverse(all.begin(), all.end());
  if (order_ == Order::random) std::shuffle(all.begin(), all.end(), random_);
  return all;
}

// ---- kernels

void Processor::begin_kernel(const Arguments& arguments, int lanes) {
  arguments_ = arguments;
  lanes_a_thread_ = lanes;
  launch_ = ++now_;
  fault_.clear();
}

void Processor::end_kernel() {
  if (fault_.empty()) return;
  fibers_.clear();  // those that were stopped halfway never go on
  throw Fault(fault_);
}

void Processor::run_blocks(const BlockShape& shape, const Arguments& arguments,
                           void (*body)(const void*, const Seat&)) {
  const auto [blocks, threads, lanes, scratch] = shape;
  begin_kernel(arguments, lanes);
  if (threads < 1 || lanes < 1 || lanes > kWarp || (lanes & (lanes - 1)) != 0 || threads * lanes > kMostThreads) {
    throw Fault(kernel_ + ": a GPU has no blocks of " + std::to_string(threads) + " x " + std::to_string(lanes));
  }
  if (scratch[0] > kFastBytes || scratch[1] > kSlowBytes) {
    throw Fault(kernel_ + ": a block of a GPU has no " + std::to_string(scratch[0]) + " bytes of fast and " +
                std::to_string(scratch[1]) + " of slow scratch");
  }
  team_body_ = body;
  // Behind what Kokkos keeps for a team's sums, so that it begins at a multiple of 8 and no more.
  const std::size_t kept = 8 * (static_cast<std::size_t>(threads) + 2);
  scratch_bytes_ = kept + scratch[0];
  const EmulatedMemory memory;
  constexpr const char* kLabel = "Kokkos::scratch of level 1";
  char* const slow = scratch[1] > 0 ? static_cast<char*>(memory.allocate(kLabel, scratch[1], scratch[1])) : nullptr;
  {
    const Memory::Open open;
    for (const std::int64_t block : in_order(blocks)) {
      std::memset(scratch_, 0xff, scratch_bytes_);
      scratch_shadow_.forget(reinterpret_cast<std::uintptr_t>(scratch_), scratch_bytes_);
      if (slow != nullptr) device_shadow().forget(reinterpret_cast<std::uintptr_t>(slow), scratch[1]);
      seat_ = {block, 0, 0, {scratch_ + kept, slow}};
      run_block(threads);
      if (!fault_.empty()) break;
    }
  }
  if (slow != nullptr) memory.deallocate(kLabel, slow, scratch[1]);
  end_kernel();
}

void Processor::run_items(std::int64_t count, const Arguments& arguments, void (*body)(const void*, std::int64_t)) {
  begin_kernel(arguments, 1);
  item_body_ = body;
  items_ = count;
  {
    const Memory::Open open;
    go_on(0);
  }
  item_body_ = nullptr;
  end_kernel();
}

void Processor::run_all_items() {
  for (const std::int64_t block : in_order((items_ + kItemsABlock - 1) / kItemsABlock)) {
    const std::int64_t first = block * kItemsABlock;
    block_ = barrier_ = ++now_;
    for (const std::int64_t at : in_order(std::min(kItemsABlock, items_ - first))) {
      item_ = first + at;
      runs_kernel_ = true;
      item_body_(arguments_.data, item_);
      runs_kernel_ = false;
    }
  }
}

// ---- lanes

void Processor::go_on(int lane) {
  while (static_cast<int>(fibers_.size()) <= lane) fibers_.push_back(std::make_unique<Fiber>(run_lane));
  running_ = lane;
  fibers_[lane]->go_on();
}

/// What a fiber runs: the same lane of one kernel after another.
void Processor::run_lane() {
  Processor& self = instance();
  for (;;) {
    const int lane = self.running_;
    if (self.item_body_ != nullptr) {
      self.run_all_items();
    } else {
      Seat seat = self.seat_;
      seat.thread = lane / self.lanes_a_thread_;
      seat.lane = lane % self.lanes_a_thread_;
      self.runs_kernel_ = true;
      self.team_body_(self.arguments_.data, seat);
      self.runs_kernel_ = false;
      self.lanes_[lane].is = Lane::Is::ended;
    }
    self.fibers_[lane]->stop();
  }
}

void Processor::run_block(int threads) {
  const int count = threads * lanes_a_thread_;
  block_ = barrier_ = ++now_;
  std::fill_n(lanes_.begin(), count, Lane());
  std::fill_n(threads_.begin(), threads, Thread{now_, now_, 0});
  std::vector<int> ready;
  add_lanes(0, count, ready);
  int ended = 0, at_barrier = 0;
  while (ended < count && fault_.empty()) {
    if (ready.empty()) return tell_deadlock(count);
    const int running = take_next(ready);
    go_on(running);
    const Lane& lane = lanes_[running];
    if (lane.is == Lane::Is::ended) {
      ++ended;
    } else if (lane.meeting == Meeting::barrier) {
      if (++at_barrier < count) continue;
      at_barrier = 0;
      barrier_ = ++now_;
      release(0, count, ready);
    } else {
      Thread& thread = threads_[running / lanes_a_thread_];
      if (++thread.waiting < lanes_a_thread_) continue;
      thread.waiting = 0;
      thread.shuffled = ++now_;
      if (lane.meeting == Meeting::synchronise) thread.synchronised = now_;
      release(running / lanes_a_thread_ * lanes_a_thread_, lanes_a_thread_, ready);
    }
  }
}

int Processor::take_next(std::vector<int>& ready) {
  if (order_ == Order::random) std::swap(ready[random_() % ready.size()], ready.back());
  const int lane = ready.back();
  ready.pop_back();
  return lane;
}

void Processor::add_lanes(int first, int count, std::vector<int>& ready) {
  const auto before = static_cast<std::ptrdiff_t>(ready.size());
  for (int lane = first; lane < first + count; ++lane) ready.push_back(lane);
  if (order_ == Order::ascending) std::reverse(ready.begin() + before, ready.end());
}

void Processor::release(int first, int count, std::vector<int>& ready) {
  const auto lanes = lanes_.begin() + first;
  if (!std::all_of(lanes, lanes + count, [&](const Lane& lane) { return lane.place == lanes->place; })) {
    return tell_deadlock(first + count);
  }
  std::for_each(lanes, lanes + count, [](Lane& lane) { lane.is = Lane::Is::ready; });
  add_lanes(first, count, ready);
}

/// Names a lane that waits, and one that it waits for in vain.
void Processor::tell_deadlock(int count) {
  for (int lane = 0; lane < count; ++lane) {
    if (lanes_[lane].is != Lane::Is::waiting) continue;
    const bool barrier = lanes_[lane].meeting == Meeting::barrier;
    const int first = barrier ? 0 : lane / lanes_a_thread_ * lanes_a_thread_;
    for (int other = first; other < (barrier ? count : first + lanes_a_thread_); ++other) {
      const Lane& state = lanes_[other];
      if (state.is == Lane::Is::waiting && state.place == lanes_[lane].place) continue;
      fault_ = who(lane) + " waits for lane " + std::to_string(other % lanes_a_thread_) + " of thread " +
               std::to_string(other / lanes_a_thread_) +
               (state.is == Lane::Is::ended ? ", which has ended" : ", which waits elsewhere");
      return;
    }
  }
}

void Processor::meet(Meeting meeting, const void* place) {
  const Pause pause(runs_kernel_);
  Lane& lane = lanes_[running_];
  lane.is = Lane::Is::waiting;
  lane.meeting = meeting;
  lane.place = place;
  fibers_[running_]->stop();
}

void Processor::show(const void* value, std::size_t bytes, const void* place) {
  {
    const Pause pause(runs_kernel_);
    Lane& lane = lanes_[running_];
    std::memcpy(lane.shown[++lane.shows % 2].data(), value, bytes);
  }
  meet(Meeting::shuffle, place);
}

void Processor::look(int lane, void* value, std::size_t bytes) {
  const Pause pause(runs_kernel_);
  const Lane& from = lanes_[running_ / lanes_a_thread_ * lanes_a_thread_ + lane];
  std::memcpy(value, from.shown[lanes_[running_].shows % 2].data(), bytes);
}

// ---- faults

std::string Processor::who(int lane) const {
  if (item_body_ != nullptr) return kernel_ + ": item " + std::to_string(item_);
  return kernel_ + ": lane " + std::to_string(lane % lanes_a_thread_) + " of thread " +
         std::to_string(lane / lanes_a_thread_) + " of block " + std::to_string(seat_.block);
}

void Processor::fail(const std::string& what) {
  fault_ = who(running_) + " " + what;
  fibers_[running_]->stop();
  std::abort();  // nobody goes on with it
}

void Processor::fail_assertion(const char* assertion, const char* file, unsigned line) {
  const Pause pause(runs_kernel_);
  fail("is not " + std::string(assertion) + " at " + file + ":" + std::to_string(line));
}

Moment Processor::moment() const {
  const auto lane = item_body_ != nullptr ? static_cast<int>(item_ % kItemsABlock) : running_;
  const Thread& thread = threads_[lane / lanes_a_thread_];
  return {now_,
          launch_,
          block_,
          barrier_,
          thread.synchronised,
          thread.shuffled,
          static_cast<std::uint16_t>(lane),
          static_cast<std::uint16_t>(lanes_a_thread_)};
}

std::string Processor::wrong_with(AccessKind kind, std::uintptr_t address, std::size_t bytes) {
  const Memory& memory = Memory::instance();
  if (memory.holds(address)) {
    if (!memory.allocated(address, bytes)) return "which is not allocated";
    return device_shadow().note(kind, address, bytes, moment());
  }
  const auto in_scratch = address - reinterpret_cast<std::uintptr_t>(scratch_);
  if (in_scratch < kScratchBytes) {
    if (in_scratch + bytes > scratch_bytes_) return "which was not asked for";
    return scratch_shadow_.note(kind, address, bytes, moment());
  }
  const bool argument = address - reinterpret_cast<std::uintptr_t>(arguments_.data) < arguments_.bytes;
  return kind == AccessKind::read && argument ? "" : "which it has no business with";
}

std::string Processor::place_of(std::uintptr_t address) const {
  if (Memory::instance().holds(address)) return Memory::instance().place(address);
  const auto in_scratch = address - reinterpret_cast<std::uintptr_t>(scratch_);
  if (in_scratch < kScratchBytes) return "byte " + std::to_string(in_scratch) + " of the block's fast memory";
  return Fiber::any_holds(address) ? "another lane's variable" : "the host's memory";
}

void Processor::access(AccessKind kind, std::uintptr_t address, std::size_t bytes) {
  const Pause pause(runs_kernel_);
  const std::string wrong = wrong_with(kind, address, bytes);
  if (wrong.empty()) return;
  fail(std::string(kind == AccessKind::read ? "reads " : "writes ") + std::to_string(bytes) + " bytes at " +
       std::to_string(address) + ", " + place_of(address) + ", " + wrong);
}

}  // namespace gsrgnn::testing::device
