#include "training/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <gsrgnn/util/text.hpp>
#include <map>
#include <string_view>

namespace gsrgnn {
namespace {

constexpr const char* kFacts = "measured/summary";
constexpr const char* kLists = "measured/lists";

std::string text_of(const std::string& value) {
  return value.c_str();  // as far as HDF5, too, would keep it
}
std::string text_of(double value) {
  return fmt::format("{}", value);
}
std::string text_of(std::int64_t value) {
  return fmt::format("{:020}", value);  // of one length, whatever a run has measured
}

bool parse(std::string_view text, std::string& value) {
  value = text;
  return true;
}
template <class Number>
bool parse(std::string_view text, Number& value) {
  return parse_decimal(text, value);
}

/// Values by name. Those of an odd or torn text are wrong or lacking, as of any damaged one.
std::map<std::string_view, std::string_view> split(std::string_view text) {
  std::map<std::string_view, std::string_view> values;
  const auto next = [&] {
    const std::size_t end = std::min(text.find('\0'), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return word;
  };
  while (!text.empty()) {
    const std::string_view name = next();
    values[name] = next();
  }
  return values;
}

}  // namespace

void write_summary(Hdf5Writer& file, const RunDescription& run) {
  std::string text;
  std::vector<double> numbers;
  const auto write = [&](const std::string& name, const auto& value) { text += name + '\0' + text_of(value) + '\0'; };
  for_each_fact(run, write);
  for_each_list(run.lists, [&](const std::string& name, const std::vector<double>& list) {
    write(name, static_cast<std::int64_t>(list.size()));
    numbers.insert(numbers.end(), list.begin(), list.end());
  });
  file.array(kFacts, std::vector<std::uint8_t>(text.begin(), text.end()));
  file.array(kLists, numbers);
}

bool read_summary(const Hdf5Reader& file, RunDescription& run) {
  if (!file.has(kFacts)) return false;
  const auto bytes = file.array<std::uint8_t>(kFacts);
  const auto values = split({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  bool complete = true;
  const auto read = [&](const std::string& name, auto& value) {
    const auto found = values.find(name);
    if (found == values.end()) {
      complete = false;
    } else if (!parse(found->second, value)) {
      file.fail(kFacts, fmt::format("says of '{}' what is no number", name));
    }
  };
  for_each_fact(run, read);
  const auto numbers = file.array<double>(kLists);
  std::size_t first = 0;
  for_each_list(run.lists, [&](const std::string& name, std::vector<double>& list) {
    std::uint64_t size = 0;
    read(name, size);
    if (size > numbers.size() - first) file.fail(kLists, "is shorter than the summary says");
    const auto from = numbers.begin() + static_cast<std::ptrdiff_t>(first);
    list.assign(from, from + static_cast<std::ptrdiff_t>(size));
    first += size;
  });
  if (complete && first != numbers.size()) file.fail(kLists, "is longer than the summary says");
  return complete;
}

}  // namespace gsrgnn
