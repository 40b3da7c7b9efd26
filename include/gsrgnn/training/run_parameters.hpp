#pragma once

/// What a finished run was made with, as its resolved deck says: the columns by which runs are told apart.

#include <cstdint>
#include <gsrgnn/training/deck.hpp>
#include <string>
#include <variant>
#include <vector>

namespace gsrgnn {

/// Values by key of the table of deck keys (deck.hpp), in the order of the columns of the table of runs. One that the
/// deck lacks, because it means nothing for its kind of model or was unknown to the program that wrote it, is 0 or
/// empty.
class RunParameters {
 public:
  using Value = std::variant<std::int64_t, double, std::string>;
  RunParameters();

  // Of whole numbers, of others, and of choices and lists ("0.8/0.1/0.1"). Throw std::logic_error or
  // std::bad_variant_access when there is no such key, or it is of another type.
  std::int64_t whole(const std::string& name) const { return std::get<std::int64_t>(value(name)); }
  double real(const std::string& name) const { return std::get<double>(value(name)); }
  const std::string& text(const std::string& name) const { return std::get<std::string>(value(name)); }
  void set(const std::string& name, Value value);
  /// As text: empty when the run's kind and mode do not have it, or its deck did not say.
  std::string said(const DeckKey& key) const;

 private:
  template <class Parameters, class Visit>
  friend void for_each_parameter(Parameters& p, const Visit& visit);
  const Value& value(const std::string& name) const;
  std::vector<Value> values_;
};

/// The keys, by column.
const std::vector<DeckKey>& parameter_keys();

/// Calls visit(name, value) for each parameter, in the order of the table of runs; value: std::int64_t, double or
/// std::string.
template <class Parameters, class Visit>
void for_each_parameter(Parameters& p, const Visit& visit) {
  for (const DeckKey& key : parameter_keys()) {
    std::visit([&](auto& of_type) { visit(key.name, of_type); }, p.values_[key.column]);
  }
}

/// Reads them from the text of a resolved deck. Unlike read_deck it asks for no key and minds none that it does not
/// know. Throws InputError (its place is `place`) when the text is no deck.
RunParameters read_run_parameters(const std::string& deck, const std::string& place);

/// What a resolved deck calls its circuit: the file's name without folder and ending, the graph to generate, or
/// nothing; of a joint deck those of the test circuits, joined by "+". For runs that ended before they had one.
std::string circuit_of_deck(const std::string& deck);

}  // namespace gsrgnn
