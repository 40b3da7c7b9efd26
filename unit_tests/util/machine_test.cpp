// What a host has free, on made-up systems: with control groups of both versions, and without.

#include <gtest/gtest.h>

#include <gsrgnn/util/machine.hpp>

#include "support/files.hpp"

namespace gsrgnn {
namespace {

class FreeHostMemory : public ::testing::Test {
 protected:
  FreeHostMemory() { write("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  100 kB\nMemAvailable:  4000 kB\n"); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(root_.path(name)).parent_path());
    root_.write(name, text);
  }
  std::int64_t free() const { return free_host_memory(root_.path()); }

  testing::TestFolder root_;
};

TEST_F(FreeHostMemory, IsWhatTheSystemSays) {
  EXPECT_EQ(free(), 4000 * 1024);
  write("proc/meminfo", "MemTotal:  9000 kB\n");
  EXPECT_EQ(free(), 0);
  std::filesystem::remove_all(root_.path("proc"));
  EXPECT_EQ(free(), 0);
  EXPECT_GT(free_host_memory(), std::int64_t{1} << 20U);  // where this test runs
}

TEST_F(FreeHostMemory, ControlGroupsAllowLess) {
  write("proc/self/cgroup", "0::/job_7/step_0\n");
  const std::string groups = "sys/fs/cgroup/";
  write(groups + "job_7/step_0/memory.max", "max\n");
  write(groups + "job_7/step_0/memory.current", "1000\n");
  EXPECT_EQ(free(), 4000 * 1024);
  write(groups + "job_7/memory.max", "500000\n");  // the job's limit is that of its step
  write(groups + "job_7/memory.current", "120000\n");
  EXPECT_EQ(free(), 380000);
  write(groups + "job_7/memory.stat", "anon 90000\ninactive_file 20000\nactive_file 10000\n");
  EXPECT_EQ(free(), 400000);
  write(groups + "job_7/step_0/memory.max", "300000\n");
  EXPECT_EQ(free(), 299000);
  write(groups + "job_7/step_0/memory.current", "310000\n");  // there is none left: 0 would mean unknown
  EXPECT_EQ(free(), 1);
}

TEST_F(FreeHostMemory, ControlGroupsOfTheFirstVersion) {
  write("proc/self/cgroup", "11:cpu,cpuacct:/elsewhere\n9:memory:/slurm/job_7\n1:name=systemd:/x\n");
  const std::string groups = "sys/fs/cgroup/memory/";
  write(groups + "memory.limit_in_bytes", "9223372036854771712\n");  // none
  write(groups + "memory.usage_in_bytes", "900000000\n");
  EXPECT_EQ(free(), 4000 * 1024);
  write(groups + "slurm/job_7/memory.limit_in_bytes", "2000000\n");
  write(groups + "slurm/job_7/memory.usage_in_bytes", "500000\n");
  write(groups + "slurm/job_7/memory.stat", "inactive_file 7\ntotal_inactive_file 100000\n");
  EXPECT_EQ(free(), 1600000);
}

// A container sees its own group as the root.
TEST_F(FreeHostMemory, InAContainer) {
  for (const char* group : {"0::/\n", "0::/../../docker/abc\n"}) {
    write("proc/self/cgroup", group);
    write("sys/fs/cgroup/memory.max", "1000000\n");
    write("sys/fs/cgroup/memory.current", "1\n");
    EXPECT_EQ(free(), 999999) << group;
  }
}

}  // namespace
}  // namespace gsrgnn
