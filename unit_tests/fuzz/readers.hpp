#pragma once

/// The readers of what comes from elsewhere, each as a function of some bytes: for coverage-guided fuzzing (README.md
/// here), and for a test that replays its seeds.

#include <gsrgnn/util/error.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gsrgnn::fuzz {

struct Reader {
  const char* name;
  /// Reads the bytes, or refuses them: then false. Whatever is thrown is a finding.
  bool (*read)(std::string_view bytes);
  /// What fuzzing begins with, beside the files in seeds/NAME.
  std::vector<std::string> (*seeds)();
};

/// Whether the call ends without an InputError.
template <class Call>
bool accepts(const Call& call) {
  try {
    call();
  } catch (const InputError&) {
    return false;
  }
  return true;
}

extern const Reader kDef, kLef, kGuide, kCsv, kReport, kBookshelf, kNpy, kNpz, kPickle, kDeck, kSweep, kCircuit, kRun,
    kResults, kCheckpoint;

}  // namespace gsrgnn::fuzz
