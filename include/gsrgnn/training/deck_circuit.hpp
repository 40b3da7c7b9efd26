#pragma once

/// The circuit that a deck names; of a joint deck see training_circuits.hpp.

#include <gsrgnn/circuit/circuit.hpp>
#include <gsrgnn/training/deck.hpp>
#include <string>

namespace gsrgnn {

/// The file's path, or the deck's section that tells how to generate it: the circuit's place in messages.
std::string circuit_place(const Deck& deck);

/// Opens or generates it; throws InputError.
Circuit open_circuit(const Deck& deck);

/// A text that is equal for two decks, joint ones too, when their circuits are.
std::string circuit_key(const Deck& deck);

}  // namespace gsrgnn
