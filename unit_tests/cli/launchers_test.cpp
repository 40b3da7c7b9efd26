// What starts the program: several processes that MPI does not join, and job scripts where Slurm has no PMIx.

#include <gtest/gtest.h>

#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class Launchers : public ProgramTest {};

TEST_F(Launchers, ProcessesThatMpiDoesNotJoinAreRefused) {
  write("deck.yaml", kDeck);
  write("joint.yaml", "mode: joint\ncircuits: {training: [a.h5, b.h5], test: [c.h5]}\n");
  for (const char* many : {"SLURM_STEP_NUM_TASKS=4 SLURM_NTASKS=4 SLURM_PROCID=2", "SLURM_STEP_NUM_TASKS=2"}) {
    for (const char* command :
         {"train deck.yaml", "train joint.yaml", "train --validate deck.yaml", "import circuitnet --root . -o out"}) {
      expect_refused(command, {"SLURM_STEP_NUM_TASKS=", "MPI joins none", "srun --mpi=pmix", "srun --ntasks=1"}, 2,
                     many);
    }
  }
}

TEST_F(Launchers, OneProcessOfALargerJobIsNot) {
  write("deck.yaml", kDeck);
  for (const char* one : {"SLURM_NTASKS=4 SLURM_PROCID=0",                         // in the batch script, without srun
                          "SLURM_NTASKS=4 SLURM_STEP_NUM_TASKS=1 SLURM_PROCID=0",  // srun --ntasks=1
                          "SLURM_STEP_NUM_TASKS=1 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_ID=3"}) {
    SCOPED_TRACE(one);
    succeed("train deck.yaml", one);
  }
  // They share a sweep through the locks of its folder.
  write("sweep.yaml", kDeck + "sweep: {seed: [0, 1]}\n");
  succeed("sweep sweep.yaml output=out", "SLURM_STEP_NUM_TASKS=4");
}

// As a Slurm whose srun has no PMIx answers.
TEST_F(Launchers, AnArrayNeedsNoPmix) {
  write("sweep.yaml", kDeck + "sweep: {seed: [0, 1]}\n");
  std::filesystem::create_directory(work_.path("bin"));
  write("bin/srun", R"(#!/bin/sh
while [ "${1#-}" != "$1" ]; do
  case $1 in --mpi=pmix) echo "srun: error: Invalid MPI type 'pmix'" >&2; exit 1 ;; esac
  shift
done
exec "$@"
)");
  std::filesystem::permissions(work_.path("bin/srun"), std::filesystem::perms::owner_all);
  const std::string command = fmt::format(
      "cd '{}' && PATH=\"$PWD/bin:$PATH\" GSRGNN_ROOT='{}/..' GSRGNN_PROGRAM='{}' SLURM_JOB_ID=1 "
      "'{}/slurm/array.sh' sweep.yaml output=out >'{}' 2>&1",
      work_.path(), GSRGNN_SCRIPTS, GSRGNN_PROGRAM, GSRGNN_SCRIPTS, texts_.path("said"));
  EXPECT_EQ(std::system(command.c_str()), 0) << read_bytes(texts_.path("said"));
  EXPECT_NE(read_bytes(texts_.path("said")).find("2 of 2 runs done"), std::string::npos)
      << read_bytes(texts_.path("said"));
}

}  // namespace
}  // namespace gsrgnn
