// Standard input, output and error that are closed, full, or read by nobody: exit codes are those of the contract.

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;

class StandardStreams : public ProgramTest {
 protected:
  StandardStreams() {
    write("deck.yaml", kDeck);
    write("sweep.yaml", kDeck + "sweep: {seed: [0, 1]}\n");
  }
  /// The exit code of "gsrgnn ARGUMENTS REDIRECTIONS"; what is said comes into `out` and `err` of the texts' folder.
  int code(const std::string& arguments, const std::string& redirections, const std::string& before = "") const {
    const std::string all =
        fmt::format("cd '{}' && {{ {} '{}' {} {}; }} >'{}' 2>'{}'", work_.path(), before, GSRGNN_PROGRAM, arguments,
                    redirections, texts_.path("out"), texts_.path("err"));
    const int status = std::system(all.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string error() const { return read_bytes(texts_.path("err")); }
};

TEST_F(StandardStreams, ErrorsNeedNoStandardError) {
  for (const char* error : {"2>&-", "2>/dev/full", "2>&- >&- <&-", ">&-", "<&-"}) {
    SCOPED_TRACE(error);
    EXPECT_EQ(code("info absent.h5", error), 2);
    EXPECT_EQ(code("train deck.yaml model.kk=3", error), 2);
    EXPECT_EQ(code("no-command", error), 2);
    EXPECT_EQ(code("train deck.yaml train.learning_rate=1000 train.epochs=50 output=diverged.h5", error), 3);
    EXPECT_EQ(code("train deck.yaml", error), 0);
    EXPECT_EQ(code("info run.h5", error), 0);
    write("broken.h5", "no HDF5");
    EXPECT_EQ(code("collect . -o results.h5", error), 0);  // warns of it
  }
}

TEST_F(StandardStreams, WhatIsPrintedInVainIsAnError) {
  ASSERT_EQ(code("train deck.yaml", ""), 0) << error();
  for (const char* command :
       {"info run.h5", "info --json run.h5", "plan deck.yaml", "--help", "--version", "train --help", "report run.h5",
        "collect . -o r.h5", "generate --cells 100 -o c.h5", "predict --model run.h5 --circuit c.h5 -o p.h5",
        "train deck.yaml", "sweep sweep.yaml output=s", "train --validate deck.yaml",
        "sweep --validate sweep.yaml output=s"}) {
    SCOPED_TRACE(command);
    EXPECT_EQ(code(command, ">/dev/full"), 3);
    const std::string said = error();
    EXPECT_EQ(said.rfind("gsrgnn: standard output: not all of it could be written (No space left on device)", 0), 0U);
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  }
  for (const char* file : {"r.h5", "c.h5", "p.h5", "run.h5"}) EXPECT_EQ(code(std::string("info ") + file, ""), 0);
}

// Where SIGPIPE is ignored; else it ends the program, as any.
TEST_F(StandardStreams, WhatNobodyReadsIsAnError) {
  ASSERT_EQ(code("train deck.yaml", ""), 0) << error();
  const std::string all =
      fmt::format("cd '{}' && {{ trap '' PIPE; sleep 0.2; '{}' info run.h5; echo $? >code; }} 2>'{}' | true",
                  work_.path(), GSRGNN_PROGRAM, texts_.path("err"));
  ASSERT_EQ(std::system(all.c_str()), 0);
  EXPECT_EQ(read_bytes(work_.path("code")), "3\n");
  EXPECT_NE(error().find("(Broken pipe)"), std::string::npos) << error();
}

// A file that is opened takes the lowest number that is free.
TEST_F(StandardStreams, WhatIsPrintedGoesIntoNoFile) {
  EXPECT_EQ(code("sweep sweep.yaml output=out", "<&- >&- 2>&-"), 0);
  EXPECT_EQ(read_bytes(work_.path("out/sweep.lock")), "");
  EXPECT_EQ(code("train deck.yaml", "<&- >&- 2>&-"), 0);
  EXPECT_EQ(code("info out/sweep.lock", ""), 2);
  EXPECT_EQ(code("info run.h5", ""), 0) << error();
}

/// All that the program writes to a terminal of its own, until it ends; `interrupt_at` sends it a Ctrl-C.
std::string said_on_a_terminal(const std::string& folder, const std::vector<std::string>& arguments,
                               const std::string& interrupt_at, int& code) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    std::vector<char*> argv = {const_cast<char*>(GSRGNN_PROGRAM)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    if (::chdir(folder.c_str()) == 0) ::execv(GSRGNN_PROGRAM, argv.data());
    ::_exit(127);
  }
  std::string said;
  std::array<char, 4096> part{};
  bool sent = false;
  for (ssize_t got = 0; (got = ::read(terminal, part.data(), part.size())) > 0;) {
    said.append(part.data(), static_cast<std::size_t>(got));
    if (sent || said.find(interrupt_at) == std::string::npos) continue;
    sent = ::write(terminal, "\x03", 1) == 1;
  }
  ::close(terminal);
  int status = 0;
  ::waitpid(child, &status, 0);
  code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

// The line of progress is not ended while a training runs.
TEST_F(StandardStreams, OnATerminalAnErrorHasALineOfItsOwn) {
  int ended = 0;
  const std::string said =
      said_on_a_terminal(work_.path(), {"train", "deck.yaml", "train.epochs=1000000"}, "  loss ", ended);
  EXPECT_EQ(ended, 75) << said;
  EXPECT_NE(said.find("\r\ngsrgnn: stopped (SIGINT) after "), std::string::npos) << said;
  const std::string refused = said_on_a_terminal(work_.path(), {"train", "none.yaml"}, "never", ended);
  EXPECT_EQ(ended, 2);
  EXPECT_EQ(refused.rfind("gsrgnn: none.yaml: ", 0), 0U) << refused;
}

TEST_F(StandardStreams, NamesDoNotControlTheTerminal) {
  write("odd.def",
        "VERSION 5.8 ;\nDESIGN a\x1b[2Jb\x07 ;\nUNITS DISTANCE MICRONS 1000 ;\nDIEAREA ( 0 0 ) ( 9000 9000 ) ;\n"
        "COMPONENTS 2 ;\n- u1 INV + PLACED ( 100 100 ) N ;\n- u2 INV + PLACED ( 2000 100 ) N ;\nEND COMPONENTS\n"
        "NETS 1 ;\n- n1 ( u1 A ) ( u2 Z ) ;\nEND NETS\nEND DESIGN\n");
  for (const char* command : {"info odd.def", "info --json odd.def", "import def odd.def -o odd.h5", "info odd.h5"}) {
    SCOPED_TRACE(command);
    EXPECT_EQ(code(command, ""), 0) << error();
    const std::string said = read_bytes(texts_.path("out"));
    EXPECT_EQ(said.find('\x1b'), std::string::npos);
    EXPECT_EQ(said.find('\x07'), std::string::npos);
    EXPECT_NE(said.find("[2Jb"), std::string::npos) << said;
  }
  EXPECT_EQ(code("info $(printf 'a\\033[2Jb')", ""), 2);
  EXPECT_EQ(error().find('\x1b'), std::string::npos) << error();
}

}  // namespace
}  // namespace gsrgnn
