#pragma once

/// The readers of what comes from elsewhere, each as a function of some bytes: for coverage-guided fuzzing (README.md
/// here), and for a test that replays its seeds.

#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn::fuzz {

struct Reader {
  const char* name;
  /// Reads the bytes or refuses them with an InputError, which is caught; whatever else is thrown is a finding.
  void (*read)(std::string_view bytes);
  /// What fuzzing begins with, beside the files in seeds/NAME.
  std::vector<std::string> (*seeds)();
};

extern const Reader kDef, kLef, kGuide, kMap, kBookshelf, kNpy, kNpz, kPickle, kDeck, kSweep, kCircuit, kRun, kResults,
    kCheckpoint;

}  // namespace gsrgnn::fuzz
