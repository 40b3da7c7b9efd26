#include <gsrgnn/training/deck_completion.hpp>

#include "training/deck_reader.hpp"

namespace gsrgnn {

std::vector<std::string> key_values() {
  std::vector<std::string> all;
  for (const std::string& key : top_keys()) {
    if (keys_of(key).empty()) all.push_back(key + "=");  // no section
  }
  const Deck any;
  for_each_key(
      [&](const DeckKey& key, const auto& rule, const auto& value) {
        if (*key.section != 0) all.push_back(key.path() + "=");
        if constexpr (std::is_enum_v<std::decay_t<decltype(value)>>) {
          for (const auto& choice : rule) all.push_back(fmt::format("{}={}", key.path(), choice.first));
        }
      },
      any);
  for (const char* key : kGenerateKeys) all.push_back(fmt::format("circuit.generate.{}=", key));
  for (const auto& choice : deck_choices().generated_graph) {
    all.push_back(fmt::format("circuit.generate.graph={}", choice.first));
  }
  for (const char* key : {"epochs", "minutes", "keep"}) all.push_back(fmt::format("train.checkpoint.{}=", key));
  return all;
}

}  // namespace gsrgnn
