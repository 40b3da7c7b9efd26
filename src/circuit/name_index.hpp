#pragma once

/// The numbers of many names, found with two reads of memory where a std::unordered_map takes four: of a million names
/// none is in the cache.

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace gsrgnn {

class NameIndex {
 public:
  /// Of so many names, which outlive the index.
  explicit NameIndex(std::size_t names) {
    std::size_t slots = 16;
    while (slots < 2 * names) slots *= 2;
    slot_.assign(slots, {0, kNone});
    name_.reserve(names);
  }

  /// Gives the name the next number; false where it has one.
  bool add(std::string_view name) {
    Slot& slot = slot_[find_slot(name)];
    if (slot.number != kNone) return false;
    slot = {shortened(std::hash<std::string_view>()(name)), static_cast<std::int32_t>(name_.size())};
    name_.push_back(name);
    return true;
  }
  /// The number of a name, -1 of one that is unknown.
  std::int32_t find(std::string_view name) const { return slot_[find_slot(name)].number; }

 private:
  struct Slot {
    std::uint32_t hash;
    std::int32_t number;
  };
  static constexpr std::int32_t kNone = -1;

  static std::uint32_t shortened(std::size_t hash) { return static_cast<std::uint32_t>(hash >> 32U); }
  /// Where the name is, or would be: the table is half empty at least.
  std::size_t find_slot(std::string_view name) const {
    const std::size_t whole = std::hash<std::string_view>()(name), last = slot_.size() - 1;
    const std::uint32_t hash = shortened(whole);
    std::size_t at = whole & last;
    while (slot_[at].number != kNone && (slot_[at].hash != hash || name_[slot_[at].number] != name))
      at = (at + 1) & last;
    return at;
  }

  std::vector<Slot> slot_;
  std::vector<std::string_view> name_;
};

}  // namespace gsrgnn
