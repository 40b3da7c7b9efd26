// Whatever call on its output fails, at whatever moment, a command ends with 0 and the right file, or with another code
// and one line, and then nothing has changed. What fails the calls is support/failing_disk.c, loaded before the C
// library.

#include <gtest/gtest.h>

#include "circuit/def_text.hpp"
#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

using Files = std::map<std::string, std::string>;  // contents by name

bool ends_in(const std::string& name, const std::string& ending) {
  return name.size() >= ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

class FailingDisk : public ProgramTest {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "AddressSanitizer has to be loaded first";
    ProgramTest::SetUp();
    std::filesystem::create_directory(work_.path("in"));
    std::filesystem::create_directory(work_.path("in/runs"));
    write("in/deck.yaml", R"(circuit: in/c.h5
model: {layers: 1, hidden: 8, k: 2}
train: {epochs: 3, split: [0.6, 0.2, 0.2], checkpoint: {epochs: 2}}
output: out/run.h5
)");
    succeed("generate --cells 60 -o in/c.h5");
  }

  Files outputs() const {
    Files files;
    for (const auto& [name, content] : snapshot()) {
      if (ends_in(name, ".log.csv")) continue;  // of a training, with its seconds, as far as the disk took it
      if (name.rfind("out/", 0) == 0) files[name.substr(4)] = content;
    }
    return files;
  }
  void restore(const Files& files) const {
    std::filesystem::remove_all(work_.path("out"));
    if (files.empty()) return;
    std::filesystem::create_directory(work_.path("out"));
    for (const auto& [name, content] : files) write("out/" + name, content);
  }

  /// The command, on a disk that does what the variables say; the calls on it that were counted.
  Outcome run_on_disk(const std::string& arguments, const std::string& variables) const {
    std::error_code none;
    std::filesystem::remove(calls_, none);
    return run(arguments, fmt::format("LD_PRELOAD='{}' GSRGNN_DISK='{}' GSRGNN_DISK_CALLS='{}' {}", GSRGNN_FAILING_DISK,
                                      work_.path("out"), calls_, variables));
  }

  /// Of a run what was measured differs.
  bool equal(const std::string& content, const std::string& whole) const {
    return content == whole || same_runs(texts_.write("a.h5", content), texts_.write("b.h5", whole));
  }

  void judge(const Outcome& outcome, const Files& before, const Files& whole) {
    const Files after = outputs();
    if (outcome.code == 0) {
      EXPECT_EQ(outcome.err, "");
      for (const auto& [name, content] : whole) {
        EXPECT_TRUE(after.count(name) == 1 && equal(after.at(name), content)) << name << "\n" << outcome.out;
      }
      ++equal_;
    } else {
      EXPECT_TRUE(outcome.code == 2 || outcome.code == 3) << outcome.code;
      EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
      for (const auto& [name, content] : before) {
        EXPECT_TRUE(after.count(name) == 1) << name << " is gone\n" << outcome.err;
      }
      ++otherwise_;
    }
    for (const auto& [name, content] : after) {
      if (std::any_of(may_stay_.begin(), may_stay_.end(), [&, end = name](const auto& e) { return ends_in(end, e); })) {
        continue;
      }
      const bool old = before.count(name) == 1 && content == before.at(name);
      const bool made =
          (outcome.code == 0 || writes_several_) && whole.count(name) == 1 && equal(content, whole.at(name));
      EXPECT_TRUE(old || made) << name << " after code " << outcome.code << "\n" << outcome.out << outcome.err;
    }
  }

  /// Runs the command with every fault at every call, and with every room on the disk. `before`: what is there first.
  void go_through(const std::string& arguments, const Files& before = {}) {
    equal_ = otherwise_ = 0;
    restore(before);
    const Outcome undisturbed = run_on_disk(arguments, "");
    ASSERT_EQ(undisturbed.code, 0) << undisturbed.err;
    const Files whole = outputs();
    const std::string calls = read_bytes(calls_);
    ASSERT_GE(std::count(calls.begin(), calls.end(), 'w'), 1) << "the disk is not " << work_.path("out");
    int faults = 0;
    for (std::size_t call = 1; call <= calls.size() && !HasFailure(); ++call) {
      for (const char* error : {"EIO", "ENOSPC", "EINTR", "SHORT"}) {
        if (error == std::string("SHORT") && calls[call - 1] != 'w') continue;
        SCOPED_TRACE(fmt::format("{}: {} at call {} of {}", arguments, error, call, calls));
        restore(before);
        judge(run_on_disk(arguments, fmt::format("GSRGNN_DISK_CALL={} GSRGNN_DISK_ERROR={}", call, error)), before,
              whole);
        ++faults;
      }
    }
    for (int room = 0, code = -1; code != 0 && !HasFailure(); room += 4096, ++faults) {
      SCOPED_TRACE(fmt::format("{}: room for {} bytes", arguments, room));
      restore(before);
      const Outcome outcome = run_on_disk(arguments, fmt::format("GSRGNN_DISK_ROOM={}", room));
      judge(outcome, before, whole);
      code = outcome.code;
    }
    fmt::print("| {:<66} | {:>5} calls | {:>5} faults | {:>5} ended with 0, equal | {:>5} otherwise |\n", arguments,
               calls.size(), faults, equal_, otherwise_);
    EXPECT_GT(equal_, 0);
    EXPECT_GT(otherwise_, 0);
  }

  const std::string calls_ = texts_.path("calls");
  std::vector<std::string> may_stay_;  // endings of names
  bool writes_several_ = false;        // files, of which each is whole or as it was
  int equal_ = 0, otherwise_ = 0;
};

TEST_F(FailingDisk, Generate) {
  go_through("generate --cells 200 -o out/new/c.h5");
}

TEST_F(FailingDisk, Import) {
  write("in/d.def", def_text::kTiny);
  go_through("import def in/d.def -o out/c.h5", {{"c.h5", "what was there"}});
}

TEST_F(FailingDisk, Maps) {
  write("in/d.def", def_text::kTiny);
  go_through("maps in/d.def -o out/m.h5", {{"m.h5", "what was there"}});
  go_through("maps in/d.def -o out/m.csv", {{"m.csv", "what was there"}});
}

// A training goes on without a checkpoint, and keeps those that it has when its run cannot be written.
TEST_F(FailingDisk, Train) {
  may_stay_ = {".checkpoint", ".previous"};
  go_through("train in/deck.yaml", {{"run.h5", "what was there"}});
}

TEST_F(FailingDisk, Resume) {
  may_stay_ = {".checkpoint", ".previous"};
  ASSERT_EQ(run_on_disk("train in/deck.yaml", "").code, 0);
  // The checkpoint of a training whose run could not be written.
  int code = 0;
  for (std::size_t call = read_bytes(calls_).size(); code == 0 && call > 0; --call) {
    restore({});
    code = run_on_disk("train in/deck.yaml", fmt::format("GSRGNN_DISK_CALL={} GSRGNN_DISK_ERROR=EIO", call)).code;
  }
  const Files stopped = outputs();
  ASSERT_EQ(stopped.size(), 1U);
  ASSERT_EQ(stopped.begin()->first, "run.h5.checkpoint");
  go_through("train --resume in/deck.yaml", stopped);
}

// A run that could not be written is recorded, and left to the next start.
TEST_F(FailingDisk, Sweep) {
  may_stay_ = {".checkpoint", ".previous", ".failed", ".lock"};
  writes_several_ = true;
  go_through("sweep in/deck.yaml sweep.seed=[0,1] train.checkpoint.epochs=0 output=out");
}

TEST_F(FailingDisk, Predict) {
  succeed("train in/deck.yaml output=in/run.h5");
  go_through("predict --model in/run.h5 --circuit in/c.h5 -o out/p.h5", {{"p.h5", "what was there"}});
}

TEST_F(FailingDisk, CollectAndReport) {
  succeed("train in/deck.yaml output=in/runs/a.h5");
  succeed("collect in/runs -o in/older.h5");
  succeed("train in/deck.yaml train.seed=1 output=in/runs/b.h5");
  go_through("collect in/runs -o out/results.h5", {{"results.h5", read_bytes(work_.path("in/older.h5"))}});
  writes_several_ = true;
  go_through("report in/runs -o out/report", {});
}

}  // namespace
}  // namespace gsrgnn
