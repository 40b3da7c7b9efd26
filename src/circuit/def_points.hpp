#pragma once

/// Points of a DEF: ( x y ) or ( x y extension ), where `*` repeats a coordinate of the point before.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/lefdef_tokens.hpp>

namespace gsrgnn {

using DefPoint = std::array<std::int32_t, 2>;
using DefBox = std::array<std::int32_t, 4>;  ///< left, bottom, right, top

/// `previous` may be null: there is none.
inline DefPoint read_def_point(LefDefTokens& tokens, const DefPoint* previous = nullptr) {
  tokens.expect("(");
  DefPoint point{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (!tokens.accept("*")) {
      point[axis] = tokens.integer("a coordinate");
    } else if (previous != nullptr) {
      point[axis] = (*previous)[axis];
    } else {
      tokens.fail("'*' repeats the coordinate of the point before, and there is none");
    }
  }
  if (tokens.peek() != ")") tokens.integer("the extension of a wire");
  tokens.expect(")");
  return point;
}

/// Two opposite corners.
inline DefBox read_def_box(LefDefTokens& tokens) {
  const DefPoint a = read_def_point(tokens), b = read_def_point(tokens);
  return {std::min(a[0], b[0]), std::min(a[1], b[1]), std::max(a[0], b[0]), std::max(a[1], b[1])};
}

}  // namespace gsrgnn
