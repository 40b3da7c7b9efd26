// How a line that was begun can go on, and the manual page: both from the tables of the command line.

#include <sys/wait.h>

#include <algorithm>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/training/deck.hpp>
#include <gsrgnn/training/deck_completion.hpp>
#include <sstream>

#include "support/program.hpp"

namespace gsrgnn {
namespace {

using namespace testing;
using Words = std::vector<std::string>;

class Completions : public ProgramTest {
 protected:
  /// What the program says to "complete ARGUMENTS".
  Words after(const std::string& arguments) const { return lines_of(succeed("complete " + arguments)); }
  /// What bash makes of a line with the cursor at its end, split into words as bash does.
  Words in_bash(const std::string& line_words) const {
    write("ask.bash", fmt::format(R"(compopt() {{ echo "$*"; }}
source '{}/completion/gsrgnn.bash'
COMP_WORDS=('{}' {})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_gsrgnn '{}'
for one in "${{COMPREPLY[@]}}"; do echo "${{one}}"; done
)",
                                  GSRGNN_SCRIPTS, GSRGNN_PROGRAM, line_words, GSRGNN_PROGRAM));
    const std::string out = texts_.path("out");
    const int status = std::system(fmt::format("bash -u '{}' >'{}' 2>&1", work_.path("ask.bash"), out).c_str());
    EXPECT_EQ(WEXITSTATUS(status), 0) << read_bytes(out);
    return lines_of(read_bytes(out));
  }
  static Words lines_of(const std::string& text) {
    Words lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) lines.push_back(line);
    }
    return lines;
  }
};

TEST_F(Completions, KnowCommandsAndOptions) {
  EXPECT_EQ(after("pre"), Words{"predict"});
  EXPECT_EQ(after("help pl"), Words{"plan"});
  EXPECT_EQ(after("import circ"), Words{"circuitnet"});
  EXPECT_EQ(after("train deck.yaml --re"), Words{"--resume"});
  EXPECT_EQ(after("predict --model run.h5 --ma"), Words{"--map"});
  EXPECT_EQ(after("generate --graph ''"), (Words{"barabasi_albert", "netlist"}));
  const Words commands = after("''");
  for (const char* command : {"import", "train", "report"}) {
    EXPECT_EQ(std::count(commands.begin(), commands.end(), command), 1) << command;
  }
}

TEST_F(Completions, LeaveFilesToTheShell) {
  for (const char* line : {"train ''", "predict --model ''", "predict --top 3 -o ''", "info runs/",
                           "train d.yaml output=", "train d.yaml train.from=r", "info a.h5 ''"}) {
    EXPECT_EQ(after(line), Words{}) << line;
  }
}

TEST_F(Completions, KnowKeysOfTheDeckAndTheirChoices) {
  EXPECT_EQ(after("train deck.yaml model.k"), (Words{"model.kind=", "model.k="}));
  EXPECT_EQ(after("sweep deck.yaml --validate model.kind=g"), (Words{"model.kind=gcn", "model.kind=gsr"}));
  EXPECT_EQ(after("plan deck.yaml model.k=4 memory"), Words{"memory_limit="});
  EXPECT_EQ(after("train deck.yaml train.checkpoint.k"), Words{"train.checkpoint.keep="});
  EXPECT_EQ(after("train deck.yaml circuit.generate.g"), Words{"circuit.generate.graph="});
  EXPECT_EQ(after("train deck.yaml circuit.generate.graph=b"), Words{"circuit.generate.graph=barabasi_albert"});
  EXPECT_EQ(after("sweep deck.yaml sweep.la"), Words{"sweep.layers="});
  EXPECT_EQ(after("plan deck.yaml sweep.kin"), Words{"sweep.kind="});
  EXPECT_EQ(after("train deck.yaml sweep.la"), Words{});
  EXPECT_EQ(after("train '' model.re"), (Words{"model.residual=", "model.relations="}));  // whatever stands before
}

TEST_F(Completions, OfferKeysThatDecksHave) {
  write("deck.yaml", kDeck);
  const Words all = key_values();
  EXPECT_GT(all.size(), 40U);
  for (const std::string& one : all) {
    SCOPED_TRACE(one);
    try {
      read_deck(work_.path("deck.yaml"), {one.back() == '=' ? one + "{}" : one});
    } catch (const InputError& error) {  // of a value perhaps, or of what is given beside it
      EXPECT_EQ(std::string(error.what()).find("unknown key"), std::string::npos) << error.what();
    }
  }
}

TEST_F(Completions, OfferKeysThatSweepsHave) {
  write("sweep.yaml", kDeck + "sweep: {circuit: [some.h5]}\n");
  const Words all = sweep_key_values();
  EXPECT_GT(all.size(), 25U);
  for (const std::string& one : all) {
    SCOPED_TRACE(one);
    try {
      read_sweep_deck(work_.path("sweep.yaml"), {one + "[1]"});
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()).find("unknown key"), std::string::npos) << error.what();
    }
  }
}

TEST_F(Completions, AreWhatBashAsksFor) {
  EXPECT_EQ(in_bash("pre"), Words{"predict"});
  EXPECT_EQ(in_bash("train deck.yaml model.ki"), (Words{"-o nospace", "model.kind="}));
  // bash takes apart what has a "=", and completes what follows it.
  EXPECT_EQ(in_bash("train deck.yaml model.kind ="), (Words{"gcn", "sage", "rev", "gsr", "res"}));
  EXPECT_EQ(in_bash("train deck.yaml model.kind = gs"), Words{"gsr"});
  EXPECT_EQ(in_bash("train deck.yaml model.kind = gsr train.sp"),
            (Words{"-o nospace", "train.split=", "train.split_by="}));
  EXPECT_EQ(in_bash("train ''"), Words{});
}

TEST_F(Completions, StandInTheManualPageToo) {
  const std::string page = succeed("help --man");
  EXPECT_EQ(page.rfind(".TH GSRGNN 1 ", 0), 0U);
  for (const char* part : {"\n.SH NAME\ngsrgnn \\- ", "\n.SH SYNOPSIS\n", "\n.SH EXIT STATUS\n", "\n.SS gsrgnn train\n",
                           "\n.SS gsrgnn import def\n", "\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fITEXT\\fR",
                           "\n\\fBmodel.kind\\fR\n", "\\fB\\-\\-graph\\fR \\fIbarabasi_albert|netlist\\fR\n"}) {
    EXPECT_NE(page.find(part), std::string::npos) << part;
  }
  if (std::system("command -v groff >/dev/null") != 0) return;
  write("gsrgnn.1", page);
  const std::string said = texts_.path("said");
  const int status =
      std::system(fmt::format("groff -man -Tutf8 -ww -z '{}' 2>'{}'", work_.path("gsrgnn.1"), said).c_str());
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_bytes(said), "");
}

}  // namespace
}  // namespace gsrgnn
