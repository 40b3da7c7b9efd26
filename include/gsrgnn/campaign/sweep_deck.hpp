#pragma once

/// The sweep deck: an ordinary deck with a section `sweep:`, a mapping from keys of the deck to lists of values, whose
/// product is the sweep's runs. As strict as the deck. `output:` is a folder, with one run file a run.

#include <cstdint>
#include <gsrgnn/training/deck.hpp>
#include <string>
#include <variant>
#include <vector>

namespace gsrgnn {

/// One run of a sweep: what every rank has to know of it.
struct SweepRun {
  std::string name;      ///< of its files, without folder and ending: run_name()
  std::string identity;  ///< deck_identity() of its deck

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.name, self.identity);
  }
};

struct SweepDeck {
  std::string folder;
  std::vector<SweepRun> runs;     ///< in the order of the lists, the last varying fastest
  std::int64_t combinations = 0;  ///< the product of the lists; equal ones are one run
  std::vector<Deck> decks;        ///< of the runs, where it was read; they are not sent to other ranks
  Deck::Checkpoint checkpoint;    ///< of every run
  std::int64_t memory_limit = 0;  ///< of every run; 0: none
  Keep keep = Keep::fit;          ///< of every run

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.folder, self.runs, self.combinations, self.checkpoint.epochs, self.checkpoint.minutes, self.memory_limit,
          self.keep);
  }
};

/// Reads a sweep deck and applies overrides, of the form "section.key=value" or "sweep.key=[values]".
/// Throws InputError for every mistake in it, among them combinations of values that the deck refuses.
SweepDeck read_sweep_deck(const std::string& path, const std::vector<std::string>& overrides);

/// Every key that a sweep can go through, as an override begins: "sweep.k=".
std::vector<std::string> sweep_key_values();

/// A sweep deck when there, with the overrides, is a section `sweep:`, and a deck when not. The file is read once, for
/// it may be a pipe. Throws InputError as read_deck and read_sweep_deck.
std::variant<Deck, SweepDeck> read_any_deck(const std::string& path, const std::vector<std::string>& overrides);

/// E.g. "fir_route-gsr-L12-D64-k8-s0-1a2b3c4d": the circuit, the model, what is not as usual, and the identity's hash.
/// It depends on the deck alone, so that a run has one name in whatever sweep it is.
std::string run_name(const Deck& deck, const std::string& identity);

}  // namespace gsrgnn
