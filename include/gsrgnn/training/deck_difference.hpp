#pragma once

/// Where two decks differ, for whoever is told that a file is of another deck.

#include <gsrgnn/training/deck.hpp>

namespace gsrgnn {

struct DeckDifference {
  std::string key;
  std::string there, here;  ///< its values, as decks have them
};

/// The keys on which the result depends that differ; none: deck_identity() is the same. In the order of the resolved
/// deck, what is trained on last.
std::vector<DeckDifference> differences(const Deck& there, const Deck& here);

/// "train.seed is 0 there and 1 here, ...", of the first three.
std::string differences_text(const std::vector<DeckDifference>& all);

/// Whether a training of `there`, so many epochs of which are done, goes on as one of `here`: the decks differ in
/// nothing, or only in how many epochs there are to be, on which the rate of those done did not depend.
bool goes_on(const Deck& there, const Deck& here, std::int64_t done);

}  // namespace gsrgnn
