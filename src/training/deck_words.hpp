#pragma once

#include <string>

namespace gsrgnn {

/// What to say of a key that decks do not have, when it is what other programs call one of ours, or is of something
/// that is no choice here; empty: nothing.
std::string advice_on(const std::string& key);

}  // namespace gsrgnn
