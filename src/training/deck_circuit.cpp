#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/deck_circuit.hpp>

namespace gsrgnn {

std::string circuit_place(const Deck& deck) {
  return deck.circuit.empty() ? "circuit.generate" : deck.circuit;
}

Circuit open_circuit(const Deck& deck) {
  return deck.circuit.empty() ? generate_ordered(deck.generate) : open_circuit(deck.circuit);
}

std::string circuit_key(const Deck& deck) {
  Deck only;
  only.mode = deck.mode;
  only.circuits = deck.circuits;
  only.circuit = deck.circuit;
  only.generate = deck.generate;
  return to_yaml(only);
}

}  // namespace gsrgnn
