#include "circuit/def_special_nets.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace gsrgnn {
namespace {

/// The box of a wire of some width between two points; a coordinate beyond 32 bits stops at them.
DefBox wire_box(const DefPoint& a, const DefPoint& b, std::int32_t width) {
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

void read_special_net(LefDefTokens& tokens, const OnSpecialWire& on_wire) {
  bool in_wire = false, rail = false;
  std::int32_t width = 0;
  std::string_view layer;
  std::optional<DefPoint> last;
  const auto begin_wire = [&] {  // at its layer, or at the shapes that take its place: + ROUTED + RECT ...
    in_wire = rail = false;
    width = 0;
    last.reset();
    if (is_one_of(tokens.peek(), {"+", ";"})) return;
    layer = tokens.next();
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
      } else if (is_keyword(what, "RECT")) {
        in_wire = false;
        layer = tokens.next();
        on_wire(layer, read_def_box(tokens), rail);
      } else if (!is_one_of(what, {"STYLE", "MASK"})) {
        in_wire = false;
      }
    } else if (in_wire && is_keyword(word, "NEW")) {
      begin_wire();
    } else if (word == "(" && !in_wire) {
      tokens.skip_through(")");
    } else if (is_one_of(word, {"RECT", "VIRTUAL"})) {
      if (tokens.accept("(")) tokens.skip_through(")");
    } else if (word == "-") {
      tokens.fail("an entry begins before the one before it has ended with ';'");
    }
    while (in_wire && tokens.peek() == "(") {
      const DefPoint point = read_def_point(tokens, last ? &*last : nullptr);
      const bool straight = last && ((*last)[0] == point[0]) != ((*last)[1] == point[1]);
      if (straight && width > 0) on_wire(layer, wire_box(*last, point, width), rail);
      last = point;
    }
  }
}

void read_blockage(LefDefTokens& tokens, const OnBlockage& on_box) {
  const bool on_layer = is_keyword(tokens.next(), "LAYER");
  const std::string_view layer = on_layer ? tokens.next() : std::string_view();
  bool of_wires = on_layer;
  while (!tokens.accept(";")) {
    if (tokens.accept("RECT")) {
      const DefBox box = read_def_box(tokens);
      if (of_wires) on_box(layer, box);
    } else if (tokens.accept("POLYGON")) {
      DefPoint last = read_def_point(tokens);
      DefBox box = {last[0], last[1], last[0], last[1]};
      while (tokens.peek() == "(") {
        last = read_def_point(tokens, &last);
        box = {std::min(box[0], last[0]), std::min(box[1], last[1]), std::max(box[2], last[0]),
               std::max(box[3], last[1])};
      }
      if (of_wires) on_box(layer, box);
    } else {
      const std::string_view word = tokens.next();
      if (word == "-") tokens.fail("an entry begins before the one before it has ended with ';'");
      // Fill metal and slots of wide wires are no business of signals.
      if (is_one_of(word, {"FILLS", "SLOTS"})) of_wires = false;
    }
  }
}

}  // namespace gsrgnn
