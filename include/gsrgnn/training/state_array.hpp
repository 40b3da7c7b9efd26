#pragma once

/// An array of one value a parameter of a training's state. It is read in parts, from the device or from a file, for
/// the four of a state together would need as much host memory as the model takes of the device's, which on a host is
/// the same.

#include <algorithm>
#include <functional>
#include <memory>
#include <type_traits>
#include <vector>

namespace gsrgnn {

class StateArray {
 public:
  /// Gives the values first .. first + count - 1.
  using Read = std::function<std::vector<float>(std::size_t first, std::size_t count)>;

  StateArray() = default;
  /// Read when it is asked for: `read` must live, and give the same values, as long as the array is used.
  StateArray(std::size_t size, Read read) : size_(size), read_(std::move(read)) {}
  /// Held in memory.
  StateArray(std::vector<float> values) : size_(values.size()) {
    const auto held = std::make_shared<const std::vector<float>>(std::move(values));
    read_ = [held](std::size_t first, std::size_t count) {
      return std::vector<float>(held->data() + first, held->data() + first + count);
    };
  }

  std::size_t size() const { return size_; }
  /// The values from `first` on: 4 MiB of them, or those that are left.
  std::vector<float> part(std::size_t first) const { return read_(first, std::min(kPart, size_ - first)); }
  /// Calls visit(first, part) for all parts, in order.
  template <class Visit>
  void for_each_part(const Visit& visit) const {
    for (std::size_t first = 0; first < size_; first += kPart) visit(first, part(first));
  }
  /// Sent to other ranks (util/exchange.hpp) as a whole, which they hold in memory.
  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    std::vector<float> whole;
    self.for_each_part([&](std::size_t, const auto& part) { whole.insert(whole.end(), part.begin(), part.end()); });
    visit(whole);
    if constexpr (!std::is_const_v<Self>) self = StateArray(std::move(whole));
  }

 private:
  static constexpr std::size_t kPart = std::size_t{1} << 20U;
  std::size_t size_ = 0;
  Read read_;
};

}  // namespace gsrgnn
