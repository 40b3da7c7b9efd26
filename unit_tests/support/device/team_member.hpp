#pragma once

/// What a team kernel sees of the emulated device: the member of a team that a lane is, and the ranges, reductions,
/// scans and singles of Kokkos. Lanes meet where those of Kokkos 3.4 for CUDA do (Kokkos_Cuda_Team.hpp).

#include <array>
#include <type_traits>

#include "support/device/execution_space.hpp"
#include "support/device/lanes.hpp"

namespace gsrgnn::testing::device {

class TeamMember {
 public:
  using execution_space = EmulatedDevice;
  using scratch_memory_space = EmulatedDevice::scratch_memory_space;
  using team_handle = TeamMember;

  TeamMember(const Seat& seat, const BlockShape& shape)
      : seat_(seat),
        shape_(shape),
        scratch_(seat.scratch[0], static_cast<int>(shape.scratch[0]), seat.scratch[1],
                 static_cast<int>(shape.scratch[1])) {}

  int league_rank() const { return static_cast<int>(seat_.block); }
  int league_size() const { return static_cast<int>(shape_.blocks); }
  int team_rank() const { return seat_.thread; }
  int team_size() const { return shape_.threads; }
  const scratch_memory_space& team_scratch(int level) const { return scratch_.set_team_thread_mode(level, 1, 0); }
  const scratch_memory_space& thread_scratch(int level) const {
    return scratch_.set_team_thread_mode(level, team_size(), team_rank());
  }
  void team_barrier() const { meet(Meeting::barrier, nullptr); }

  int lane() const { return seat_.lane; }
  int lanes() const { return shape_.lanes; }

 private:
  Seat seat_;
  BlockShape shape_;
  scratch_memory_space scratch_;
};

/// A place of a kernel where lanes meet is told by the type of what they run there.
template <class Closure>
inline const char kPlace = 0;

/// The value that another lane of the thread has.
template <class T>
T shuffled(const T& value, int from, const void* place) {
  static_assert(sizeof(T) <= kMostShown && std::is_trivially_copyable_v<T>);
  show(&value, sizeof(T), place);
  T other;
  look(from, &other, sizeof(T));
  return other;
}

/// Joins the values of all lanes, by halves, and gives all lanes the result.
template <class T, class Join>
T reduced(const TeamMember& member, T value, const Join& join, const void* place) {
  show(&value, sizeof(T), place);
  if (member.lane() == 0) {
    std::array<T, kWarp> all{};
    for (int lane = 0; lane < member.lanes(); ++lane) look(lane, &all[lane], sizeof(T));
    for (int half = member.lanes() / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; ++lane) join(all[lane], all[lane + half]);
    }
    value = all[0];
  }
  return shuffled(value, 0, place);
}

/// The values of the lanes up to this one, joined by doubling distances.
template <class T, class Join>
T scanned(const TeamMember& member, T value, const Join& join, const void* place) {
  show(&value, sizeof(T), place);
  std::array<T, kWarp> all{};
  for (int lane = 0; lane <= member.lane(); ++lane) look(lane, &all[lane], sizeof(T));
  for (int distance = 1; distance < member.lanes(); distance *= 2) {
    for (int lane = member.lane(); lane >= distance; --lane) join(all[lane], all[lane - distance]);
  }
  return all[member.lane()];
}

template <class Index>
struct ThreadRange {
  const TeamMember& member;
  Index first, last;
};
template <class Index>
struct VectorRange {
  const TeamMember& member;
  Index first, last;
};
struct OnePerThread {
  const TeamMember& member;
};
struct OnePerTeam {
  const TeamMember& member;
};

/// The items of a range that are the lane's.
template <class Index, class Closure>
void for_items_of_lane(const VectorRange<Index>& range, const Closure& closure) {
  for (Index i = range.first + range.member.lane(); i < range.last; i += range.member.lanes()) closure(i);
}

}  // namespace gsrgnn::testing::device

namespace Kokkos {

template <class Index>
auto TeamThreadRange(const gsrgnn::testing::device::TeamMember& member, Index count) {
  return gsrgnn::testing::device::ThreadRange<Index>{member, 0, count};
}
template <class First, class Last>
auto TeamThreadRange(const gsrgnn::testing::device::TeamMember& member, First first, Last last) {
  return gsrgnn::testing::device::ThreadRange<std::common_type_t<First, Last>>{member, first, last};
}
template <class Index>
auto ThreadVectorRange(const gsrgnn::testing::device::TeamMember& member, Index count) {
  return gsrgnn::testing::device::VectorRange<Index>{member, 0, count};
}
inline auto PerThread(const gsrgnn::testing::device::TeamMember& member) {
  return gsrgnn::testing::device::OnePerThread{member};
}
inline auto PerTeam(const gsrgnn::testing::device::TeamMember& member) {
  return gsrgnn::testing::device::OnePerTeam{member};
}

template <class Index, class Closure>
void parallel_for(const gsrgnn::testing::device::ThreadRange<Index>& range, const Closure& closure) {
  for (Index i = range.first + range.member.team_rank(); i < range.last; i += range.member.team_size()) closure(i);
}

template <class Index, class Closure>
void parallel_for(const gsrgnn::testing::device::VectorRange<Index>& range, const Closure& closure) {
  using namespace gsrgnn::testing::device;
  for_items_of_lane(range, closure);
  meet(Meeting::synchronise, &kPlace<Closure>);
}

template <class Closure>
void single(const gsrgnn::testing::device::OnePerThread& one, const Closure& closure) {
  using namespace gsrgnn::testing::device;
  if (one.member.lane() == 0) closure();
  meet(Meeting::synchronise, &kPlace<Closure>);
}
template <class Closure>
void single(const gsrgnn::testing::device::OnePerTeam& one, const Closure& closure) {
  using namespace gsrgnn::testing::device;
  if (one.member.lane() == 0 && one.member.team_rank() == 0) closure();
  meet(Meeting::synchronise, &kPlace<Closure>);
}

template <class Index, class Closure, class Reducer>
std::enable_if_t<is_reducer<Reducer>::value> parallel_reduce(const gsrgnn::testing::device::VectorRange<Index>& range,
                                                             const Closure& closure, const Reducer& reducer) {
  using namespace gsrgnn::testing::device;
  typename Reducer::value_type value;
  reducer.init(value);
  for_items_of_lane(range, [&](const Index i) { closure(i, value); });
  const auto join = [&](auto& to, const auto& from) { reducer.join(to, from); };
  reducer.reference() = reduced(range.member, value, join, &kPlace<Closure>);
}
template <class Index, class Closure, class Value>
std::enable_if_t<!is_reducer<Value>::value> parallel_reduce(const gsrgnn::testing::device::VectorRange<Index>& range,
                                                            const Closure& closure, Value& result) {
  parallel_reduce(range, closure, Sum<Value>(result));
}

template <class Index, class Closure>
void parallel_scan(const gsrgnn::testing::device::VectorRange<Index>& range, const Closure& closure) {
  using namespace gsrgnn::testing::device;
  using Value = typename Impl::FunctorAnalysis<Impl::FunctorPatternInterface::SCAN, void, Closure>::value_type;
  const int lane = range.member.lane(), lanes = range.member.lanes();
  const auto join = [](Value& to, const Value& from) { to += from; };
  Value before = Value();
  // As many turns for every lane. A lane asks for what the item before its own adds, so that the sum of the lanes up to
  // it is of the items before.
  for (Index turn = range.first; turn < range.last; turn += lanes) {
    const Index i = turn + lane;
    Value value = Value();
    if (i < range.last && lane > 0) closure(i - 1, value, false);
    value = scanned(range.member, value, join, &kPlace<Closure>);
    join(value, before);
    if (i < range.last) closure(i, value, true);
    before = shuffled(value, lanes - 1, &kPlace<Closure>);
  }
}

}  // namespace Kokkos
