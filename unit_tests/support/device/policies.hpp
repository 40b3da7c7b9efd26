#pragma once

/// Launches of kernels on the emulated device: over teams, ranges and ranges of two or three dimensions.

#include "support/device/team_member.hpp"

/// For what carries arguments from the host to a kernel: its accesses are not the kernel's.
#define GSRGNN_UNOBSERVED __attribute__((no_sanitize("thread")))

namespace Kokkos::Impl {

template <class... Properties>
class TeamPolicyInternal<gsrgnn::testing::EmulatedDevice, Properties...> : public PolicyTraits<Properties...> {
  using Exec = gsrgnn::testing::EmulatedDevice;

 public:
  using execution_policy = TeamPolicyInternal;
  using traits = PolicyTraits<Properties...>;
  using member_type = gsrgnn::testing::device::TeamMember;

  TeamPolicyInternal(const Exec& space, int teams, int threads, int lanes = 1)
      : space_(space), shape_{teams, threads, lanes, {0, 0}} {}
  TeamPolicyInternal(int teams, int threads, int lanes = 1) : TeamPolicyInternal(Exec(), teams, threads, lanes) {}

  const Exec& space() const { return space_; }
  const gsrgnn::testing::device::BlockShape& shape() const { return shape_; }
  int league_size() const { return static_cast<int>(shape_.blocks); }
  int team_size() const { return shape_.threads; }
  bool impl_auto_team_size() const { return false; }
  bool impl_auto_vector_length() const { return false; }
  int impl_vector_length() const { return shape_.lanes; }
  static int scratch_size_max(int level) {
    using namespace gsrgnn::testing::device;
    return static_cast<int>(level == 0 ? kFastBytes : kSlowBytes);
  }
  TeamPolicyInternal& set_scratch_size(int level, const PerTeamValue& bytes) {
    shape_.scratch[level] += bytes.value;
    return *this;
  }
  TeamPolicyInternal& set_scratch_size(int level, const PerThreadValue& bytes) {
    shape_.scratch[level] += static_cast<std::size_t>(bytes.value) * shape_.threads;
    return *this;
  }

 private:
  Exec space_;
  gsrgnn::testing::device::BlockShape shape_;
};

template <class Functor, class... Traits>
class ParallelFor<Functor, TeamPolicy<Traits...>, gsrgnn::testing::EmulatedDevice> {
 public:
  ParallelFor(const Functor& functor, const TeamPolicy<Traits...>& policy)
      : functor_(functor), shape_(policy.shape()) {}
  void execute() const { gsrgnn::testing::device::run_blocks(shape_, {this, sizeof *this}, run); }

 private:
  GSRGNN_UNOBSERVED static void run(const void* self, const gsrgnn::testing::device::Seat& seat) {
    const auto& kernel = *static_cast<const ParallelFor*>(self);
    kernel.functor_(gsrgnn::testing::device::TeamMember(seat, kernel.shape_));
  }
  Functor functor_;
  gsrgnn::testing::device::BlockShape shape_;
};

template <class Functor, class... Traits>
class ParallelFor<Functor, RangePolicy<Traits...>, gsrgnn::testing::EmulatedDevice> {
  using Policy = RangePolicy<Traits...>;
  using Index = typename Policy::member_type;

 public:
  ParallelFor(const Functor& functor, const Policy& policy)
      : functor_(functor), first_(policy.begin()), last_(policy.end()) {}
  void execute() const {
    gsrgnn::testing::device::run_items(static_cast<std::int64_t>(last_ - first_), {this, sizeof *this}, run);
  }

 private:
  GSRGNN_UNOBSERVED static void run(const void* self, std::int64_t item) {
    const auto& kernel = *static_cast<const ParallelFor*>(self);
    kernel.functor_(static_cast<Index>(kernel.first_ + static_cast<Index>(item)));
  }
  Functor functor_;
  Index first_, last_;
};

template <class Functor, class... Traits>
class ParallelFor<Functor, MDRangePolicy<Traits...>, gsrgnn::testing::EmulatedDevice> {
  using Policy = MDRangePolicy<Traits...>;
  using Index = typename Policy::index_type;
  static constexpr int kRank = Policy::rank;
  static_assert(kRank == 2 || kRank == 3);

 public:
  ParallelFor(const Functor& functor, const Policy& policy) : functor_(functor) {
    for (int r = 0; r < kRank; ++r) {
      first_[r] = policy.m_lower[r];
      count_[r] = policy.m_upper[r] - policy.m_lower[r];
    }
  }
  void execute() const {
    std::int64_t items = 1;
    for (const Index count : count_) items *= static_cast<std::int64_t>(count);
    gsrgnn::testing::device::run_items(items, {this, sizeof *this}, run);
  }

 private:
  GSRGNN_UNOBSERVED static void run(const void* self, std::int64_t item) {
    const auto& kernel = *static_cast<const ParallelFor*>(self);
    Index at[kRank];
    for (int r = kRank - 1; r >= 0; --r) {
      at[r] = kernel.first_[r] + static_cast<Index>(item % static_cast<std::int64_t>(kernel.count_[r]));
      item /= static_cast<std::int64_t>(kernel.count_[r]);
    }
    if constexpr (kRank == 2) {
      kernel.functor_(at[0], at[1]);
    } else {
      kernel.functor_(at[0], at[1], at[2]);
    }
  }
  Functor functor_;
  Index first_[kRank], count_[kRank];
};

}  // namespace Kokkos::Impl

#undef GSRGNN_UNOBSERVED
