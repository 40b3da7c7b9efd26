// What the emulated device notices: small kernels, each with one fault that a GPU would not forgive and a host would,
// and the same without it.

#include <gtest/gtest.h>

#include <gsrgnn/kernels/pack.hpp>
#include <gsrgnn/util/views.hpp>

#include "support/device/lanes.hpp"
#include "support/guarded_memory.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Exec = EmulatedDevice;
using Policy = Kokkos::TeamPolicy<Exec>;
using Member = Policy::member_type;
using Numbers = Vector<int, Exec>;

/// What the fault says that the kernel ends with, in each order of its lanes; "" if it ends without one.
template <class Kernel>
std::string fault_of(const Kernel& run) {
  std::string told;
  for (const device::Order order : {device::Order::ascending, device::Order::descending, device::Order::random}) {
    const device::InOrder in_order(order);
    GuardedMemory<Exec> memory{Exec()};
    const Numbers numbers = memory.make<Numbers>(512);
    std::string fault;
    try {
      run(numbers);
    } catch (const device::Fault& found) {
      fault = found.what();
    }
    if (order != device::Order::ascending) {
      EXPECT_EQ(fault.empty(), told.empty()) << "noticed in one order only";
    }
    told = fault;
  }
  return told;
}

/// Runs body(member) for teams of `threads` threads of 32 lanes.
template <class Body>
void run_teams(int teams, int threads, const Body& body, std::size_t scratch_a_team = 0, int level = 0) {
  Policy policy(Exec(), teams, threads, 32);
  policy.set_scratch_size(level, Kokkos::PerTeam(static_cast<int>(scratch_a_team)));
  Kokkos::parallel_for("gsrgnn::test::teams", policy, body);
}
int* scratch(const Member& member, int count, int level = 0) {
  return static_cast<int*>(member.team_scratch(level).get_shmem(count * sizeof(int)));
}

/// Expects the kernel, who it was and what it did.
void expect_fault(const std::string& fault, const std::string& what) {
  EXPECT_NE(fault.find("gsrgnn::test::"), std::string::npos) << fault;
  EXPECT_NE(fault.find(what), std::string::npos) << fault;
}

TEST(DeviceFaults, LanesThatWriteTheSamePlaceWithoutASingle) {
  const auto run = [](bool single) {
    return fault_of([single](const Numbers& x) {
      run_teams(3, 2, [=](const Member& member) {
        const auto write = [&] { x(member.league_rank() * 2 + member.team_rank()) = 7; };
        if (single) {
          Kokkos::single(Kokkos::PerThread(member), write);
        } else {
          write();
        }
      });
    });
  };
  expect_fault(run(false), "has written with no synchronisation since");
  EXPECT_EQ(run(true), "");
}

TEST(DeviceFaults, LanesThatReadWhatOthersWriteWithoutWaiting) {
  const auto run = [](bool wait) {
    return fault_of([wait](const Numbers& x) {
      run_teams(
          2, 1,
          [=](const Member& member) {
            int* const held = scratch(member, 32);
            const int lane = member.lane();
            if (wait) {
              Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, 32), [&](const int c) { held[c] = c; });
            } else {
              held[lane] = lane;
            }
            x(member.league_rank() * 32 + lane) = held[31 - lane];
          },
          32 * sizeof(int));
    });
  };
  EXPECT_NE(run(false), "");
  EXPECT_EQ(run(true), "");
}

// A shuffle makes lanes wait, but not see what others wrote before it.
TEST(DeviceFaults, LanesThatReadWhatOthersWroteBeforeAReduction) {
  const auto run = [](bool wait) {
    return fault_of([wait](const Numbers& x) {
      run_teams(2, 1, [=](const Member& member) {
        const int first = member.league_rank() * 32;
        int sum = 0;
        Kokkos::parallel_reduce(
            Kokkos::ThreadVectorRange(member, 32),
            [&](const int c, int& part) {
              x(first + c) = c;
              part += c;
            },
            sum);
        if (wait) Kokkos::single(Kokkos::PerThread(member), [] {});
        if (x(first + 31 - member.lane()) + sum < 0) Kokkos::abort("cannot be");
      });
    });
  };
  expect_fault(run(false), "has written with no synchronisation since");
  EXPECT_EQ(run(true), "");
}

TEST(DeviceFaults, ThreadsThatReadWhatOthersWroteWithoutABarrier) {
  const auto run = [](bool barrier) {
    return fault_of([barrier](const Numbers& x) {
      run_teams(
          2, 4,
          [=](const Member& member) {
            int* const held = scratch(member, 4);
            const int rank = member.team_rank();
            Kokkos::single(Kokkos::PerThread(member), [&] { held[rank] = rank; });
            if (barrier) member.team_barrier();
            const int other = held[3 - rank];
            Kokkos::single(Kokkos::PerThread(member), [&] { x(member.league_rank() * 4 + rank) = other; });
          },
          4 * sizeof(int));
    });
  };
  EXPECT_NE(run(false), "");
  EXPECT_EQ(run(true), "");
}

TEST(DeviceFaults, BlocksThatMeetInMemory) {
  const auto run = [](int slice) {  // of 4 numbers a block
    return fault_of([slice](const Numbers& x) {
      run_teams(3, 1, [=](const Member& member) {
        Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, slice),
                             [&](const int c) { x(member.league_rank() * 4 + c) = c; });
      });
    });
  };
  expect_fault(run(5), "of another block has written");
  EXPECT_EQ(run(4), "");
}

TEST(DeviceFaults, ItemsThatMeetInMemoryUnlessByAtomics) {
  const auto run = [](bool atomic) {
    return fault_of([atomic](const Numbers& x) {
      Kokkos::parallel_for("gsrgnn::test::items", Kokkos::RangePolicy<Exec>(Exec(), 0, 300), [=](const int) {
        if (atomic) {
          Kokkos::atomic_exchange(&x(0), 1);
        } else {
          x(0) = 1;
        }
      });
    });
  };
  expect_fault(run(false), "writes 4 bytes");
  EXPECT_EQ(run(true), "");
}

TEST(DeviceFaults, ScratchThatNobodyWroteAndThatOfAnotherBlock) {
  for (const int level : {0, 1}) {
    const auto run = [level](bool all) {
      return fault_of([level, all](const Numbers& x) {
        run_teams(
            3, 1,
            [=](const Member& member) {
              int* const held = scratch(member, 4, level);
              const bool writes = all || member.league_rank() == 1;
              Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, writes ? 4 : 3),
                                   [&](const int c) { held[c] = c; });
              Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, 4),
                                   [&](const int c) { x(member.league_rank() * 4 + c) = held[c]; });
            },
            4 * sizeof(int), level);
      });
    };
    expect_fault(run(false), "which nobody has written");
    EXPECT_EQ(run(true), "");
  }
}

TEST(DeviceFaults, ScratchBeyondWhatWasAskedFor) {
  const auto run = [](int count) {
    return fault_of([count](const Numbers&) {
      run_teams(
          2, 1,
          [=](const Member& member) {
            int* const held = scratch(member, 8);
            Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, count), [&](const int c) { held[c] = c; });
          },
          8 * sizeof(int));
    });
  };
  expect_fault(run(9), "which was not asked for");
  EXPECT_EQ(run(8), "");
}

TEST(DeviceFaults, MemoryThatIsNotAllocated) {
  const auto run = [](int beyond) {  // the View lies between guards of 256 bytes
    return fault_of([beyond](const Numbers& x) {
      Kokkos::parallel_for("gsrgnn::test::items", Kokkos::RangePolicy<Exec>(Exec(), 0, 1),
                           [=](const int) { *(x.data() + 512 + beyond) = 0; });
    });
  };
  expect_fault(run(64), "which is not allocated");
}

TEST(DeviceFaults, MemoryOfTheHost) {
  std::vector<int> host(32, 1);
  int* const data = host.data();
  const auto run = [data](bool write) {
    return fault_of([data, write](const Numbers& x) {
      Kokkos::parallel_for("gsrgnn::test::items", Kokkos::RangePolicy<Exec>(Exec(), 0, 32), [=](const int i) {
        if (write) {
          data[i] = i;
        } else {
          x(i) = data[i];
        }
      });
    });
  };
  expect_fault(run(false), "the host's memory");
  expect_fault(run(true), "the host's memory");
}

TEST(DeviceFaults, VariablesOfAnotherLane) {
  expect_fault(fault_of([](const Numbers& x) {
                 using Place = std::uintptr_t;
                 run_teams(
                     1, 1,
                     [=](const Member& member) {
                       auto* const place = static_cast<Place*>(member.team_scratch(0).get_shmem(sizeof(Place)));
                       volatile int mine = member.lane();
                       Kokkos::single(Kokkos::PerThread(member), [&] { *place = reinterpret_cast<Place>(&mine); });
                       x(member.lane()) = *reinterpret_cast<const int*>(*place);
                       Kokkos::single(Kokkos::PerThread(member), [&] { mine = 0; });
                     },
                     sizeof(Place));
               }),
               "another lane's variable");
}

TEST(DeviceFaults, LanesThatWaitForOthersInVain) {
  // A wrong mask: half of the lanes take part.
  expect_fault(fault_of([](const Numbers& x) {
                 run_teams(2, 1, [=](const Member& member) {
                   if (member.lane() >= 16) return;
                   int sum = 0;
                   Kokkos::parallel_reduce(
                       Kokkos::ThreadVectorRange(member, 16), [&](const int c, int& part) { part += c; }, sum);
                   x(member.league_rank() * 32 + member.lane()) = sum;
                 });
               }),
               "which has ended");
  expect_fault(fault_of([](const Numbers&) {
                 run_teams(2, 1, [=](const Member& member) {
                   if (member.lane() % 2 == 0) {
                     Kokkos::single(Kokkos::PerThread(member), [] {});
                   } else {
                     Kokkos::parallel_for(Kokkos::ThreadVectorRange(member, 32), [](const int) {});
                   }
                 });
               }),
               "which waits elsewhere");
  // A barrier within a range of the team's threads, of which one has an item more.
  expect_fault(fault_of([](const Numbers&) {
                 run_teams(2, 2, [=](const Member& member) {
                   Kokkos::parallel_for(Kokkos::TeamThreadRange(member, 0, 3),
                                        [&](const int) { member.team_barrier(); });
                 });
               }),
               "which has ended");
}

TEST(DeviceFaults, PacksThatAreNotAligned) {
  const auto run = [](int first) {
    return fault_of([first](const Numbers& x) {
      Kokkos::parallel_for("gsrgnn::test::items", Kokkos::RangePolicy<Exec>(Exec(), 0, 10), [=](const int i) {
        using P = TilePack<float, Exec, 8>;
        P(1).store(reinterpret_cast<float*>(x.data()) + first + 4 * i);
      });
    });
  };
  expect_fault(run(1), "is not aligned");
  EXPECT_EQ(run(4), "");
}

TEST(DeviceFaults, MoreThanAGpuHas) {
  expect_fault(fault_of([](const Numbers&) { run_teams(1, 33, [](const Member&) {}); }), "no blocks of 33 x 32");
  EXPECT_EQ(fault_of([](const Numbers&) { run_teams(1, 32, [](const Member&) {}); }), "");
  expect_fault(fault_of([](const Numbers&) {
                 run_teams(
                     1, 1, [](const Member&) {}, 40929);
               }),
               "40929 bytes of fast");
  EXPECT_EQ(fault_of([](const Numbers&) {
              run_teams(
                  1, 1, [](const Member&) {}, 40928);
            }),
            "");
}

TEST(DeviceFaultsDeathTest, AHostThatLooksIntoDeviceMemory) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  GuardedMemory<Exec> memory{Exec()};
  const Numbers x = memory.make<Numbers>(8);
  EXPECT_DEATH(x(3) = 1, "the host goes to device memory, byte .* of gsrgnn::test");
  EXPECT_DEATH(std::memset(x.data(), 0, x.span() * sizeof(int)), "");  // not compiled with the tests
}

}  // namespace
}  // namespace gsrgnn
