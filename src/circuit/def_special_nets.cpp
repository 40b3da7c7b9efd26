#include "circuit/def_special_nets.hpp"

#include <algorithm>
#include <optional>

namespace gsrgnn {
namespace {

using Point = std::array<std::int32_t, 2>;

/// x y [extension] ), behind its parenthesis; `*` repeats a coordinate.
Point read_point(LefDefTokens& tokens, const std::optional<Point>& last) {
  Point point{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    if (!tokens.accept("*")) {
      point[axis] = tokens.integer("a coordinate");
    } else if (last) {
      point[axis] = (*last)[axis];
    } else {
      tokens.fail("'*' repeats the coordinate of the point before, and there is none");
    }
  }
  tokens.skip_through(")");
  return point;
}

/// The box of a wire of some width between two points; a coordinate beyond 32 bits stops at them.
std::array<std::int32_t, 4> wire_box(const Point& a, const Point& b, std::int32_t width) {
  const auto side = [](std::int64_t at) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::clamp(at, -kMost, kMost));
  };
  const std::int64_t half = width / 2;
  const std::int64_t dx = a[0] == b[0] ? half : 0, dy = a[1] == b[1] ? half : 0;
  return {side(std::min(a[0], b[0]) - dx), side(std::min(a[1], b[1]) - dy), side(std::max(a[0], b[0]) + dx),
          side(std::max(a[1], b[1]) + dy)};
}

}  // namespace

void read_special_net(LefDefTokens& tokens, std::vector<std::array<std::int32_t, 4>>& box) {
  bool in_wire = false, rail = false;
  std::int32_t width = 0;
  std::optional<Point> last;
  const auto begin_wire = [&] {  // at its layer, or at the shapes that take its place: + ROUTED + RECT ...
    in_wire = rail = false;
    width = 0;
    last.reset();
    if (is_one_of(tokens.peek(), {"+", ";"})) return;
    tokens.next();
    if (tokens.peek() == "(") return;  // the connections of a net that has such a name
    in_wire = true;
    width = tokens.integer("the width of a wire", 0);
  };
  for (std::string_view word = tokens.next(); word != ";"; word = tokens.next()) {
    if (word == "+") {
      const std::string_view what = tokens.next();
      if (what == ";") break;
      if (is_one_of(what, {"ROUTED", "FIXED", "COVER"})) {
        begin_wire();
      } else if (is_keyword(what, "SHIELD")) {
        tokens.next();  // the net that it shields
        begin_wire();
      } else if (is_keyword(what, "SHAPE")) {
        rail = is_keyword(tokens.next(), "FOLLOWPIN");
      } else if (!is_one_of(what, {"STYLE", "MASK"})) {
        in_wire = false;
      }
    } else if (in_wire && is_keyword(word, "NEW")) {
      begin_wire();
    } else if (word == "(" && in_wire) {
      const Point point = read_point(tokens, last);
      const bool straight = last && ((*last)[0] == point[0]) != ((*last)[1] == point[1]);
      if (straight && width > 0 && !rail) box.push_back(wire_box(*last, point, width));
      last = point;
    } else if (word == "(") {
      tokens.skip_through(")");
    } else if (is_one_of(word, {"RECT", "VIRTUAL"})) {
      if (tokens.accept("(")) tokens.skip_through(")");
    } else if (word == "-") {
      tokens.fail("an entry begins before the one before it has ended with ';'");
    }
  }
}

}  // namespace gsrgnn
