#pragma once

/// How a cell is turned when it is placed, and what becomes of a point in it (DEF 5.8, "Orientation").

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gsrgnn {

enum class Orientation : std::uint8_t { N, W, S, E, FN, FW, FS, FE };
constexpr std::array<std::string_view, 8> kOrientationNames = {"N", "W", "S", "E", "FN", "FW", "FS", "FE"};

inline std::optional<Orientation> orientation_of(std::string_view name) {
  for (std::size_t o = 0; o < kOrientationNames.size(); ++o) {
    if (kOrientationNames[o] == name) return static_cast<Orientation>(o);
  }
  return std::nullopt;
}

/// Whether width and height change places.
inline bool lies_on_its_side(Orientation o) {
  return o == Orientation::W || o == Orientation::E || o == Orientation::FW || o == Orientation::FE;
}

using Offset = std::array<double, 2>;  ///< x and y from a lower left corner

/// Where the point `at` of a cell of this size (as drawn) lies in its placed box.
inline Offset placed(Orientation o, const Offset& at, const Offset& size) {
  const double right = size[0] - at[0], up = size[1] - at[1];
  switch (o) {
    case Orientation::N:
      return at;
    case Orientation::S:
      return {right, up};
    case Orientation::FN:
      return {right, at[1]};
    case Orientation::FS:
      return {at[0], up};
    case Orientation::W:
      return {up, at[0]};
    case Orientation::E:
      return {at[1], right};
    case Orientation::FW:
      return {at[1], at[0]};
    case Orientation::FE:
      return {up, right};
  }
  return at;
}

/// The point of the cell as drawn that lies at `at` of the placed box: undoes placed().
inline Offset as_drawn(Orientation o, const Offset& at, const Offset& size) {
  switch (o) {
    case Orientation::W:
      return {at[1], size[1] - at[0]};
    case Orientation::E:
      return {size[0] - at[1], at[0]};
    case Orientation::FE:
      return {size[0] - at[1], size[1] - at[0]};
    default:
      return placed(o, at, size);  // the others are their own inverses
  }
}

}  // namespace gsrgnn
