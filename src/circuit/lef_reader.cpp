#include <algorithm>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <gsrgnn/circuit/lefdef_tokens.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

namespace gsrgnn {
namespace {

// LAYER name ... END name: statements, of which two matter.
void read_layer(LefDefTokens& tokens, LefTechnology& technology) {
  const std::string name(tokens.next());
  bool routing = false;
  std::optional<Direction> direction;
  while (!tokens.accept("END")) {
    const std::string keyword = tokens.keyword();
    if (keyword == "TYPE") {
      routing = tokens.accept("ROUTING");
    } else if (keyword == "DIRECTION") {
      if (tokens.accept("HORIZONTAL")) direction = Direction::horizontal;
      if (tokens.accept("VERTICAL")) direction = Direction::vertical;
    }
    if (keyword != ";") tokens.skip_through(";");
  }
  tokens.expect(name);
  if (!routing) return;
  if (!direction) {
    tokens.fail(fmt::format("the routing layer {} has no DIRECTION HORIZONTAL or VERTICAL", in_quotes(name)),
                "give the technology LEF that the design was routed with");
  }
  const auto same = [&](const LefTechnology::Layer& known) { return known.name == name; };
  if (std::none_of(technology.routing.begin(), technology.routing.end(), same)) {
    technology.routing.push_back({name, *direction});
  }
}

// VIA name [DEFAULT] ... END name: one LAYER statement a layer, or LAYERS with all three.
void read_via(LefDefTokens& tokens, LefTechnology& technology) {
  const std::string name(tokens.next());
  std::vector<std::string> layers;
  while (!tokens.accept("END")) {
    const std::string keyword = tokens.keyword();
    if (keyword != "LAYER" && keyword != "LAYERS") continue;
    while (!tokens.accept(";")) layers.emplace_back(tokens.next());
  }
  tokens.expect(name);
  technology.via_layers.emplace(name, std::move(layers));
}

struct Box {
  double left = 0, bottom = 0, right = 0, top = 0;
  bool empty = true;

  void add(double x, double y) {
    left = empty ? x : std::min(left, x);
    bottom = empty ? y : std::min(bottom, y);
    right = empty ? x : std::max(right, x);
    top = empty ? y : std::max(top, y);
    empty = false;
  }
};

// RECT [MASK n] x y x y ; or POLYGON [MASK n] x y x y ... ;
Box read_shape(LefDefTokens& tokens) {
  Box box;
  if (tokens.accept("MASK")) tokens.integer("a mask");
  if (tokens.accept("ITERATE")) {
    tokens.skip_through(";");
    return box;
  }
  while (!tokens.accept(";")) {
    const double x = tokens.number("a corner of a shape"), y = tokens.number("a corner of a shape");
    box.add(x, y);
  }
  return box;
}

// LAYER name ... ; RECT ... ; POLYGON ... ; up to END, which is taken: of a PORT or of OBS.
std::vector<LefTechnology::Shape> read_shapes(LefDefTokens& tokens) {
  std::vector<LefTechnology::Shape> shapes;
  std::string layer;
  for (std::string keyword = tokens.keyword(); keyword != "END"; keyword = tokens.keyword()) {
    if (keyword == "RECT" || keyword == "POLYGON") {
      const Box box = read_shape(tokens);
      if (!box.empty) shapes.push_back({layer, box.left, box.bottom, box.right, box.top});
      continue;
    }
    if (keyword == "LAYER") layer = tokens.next();
    if (keyword != ";") tokens.skip_through(";");
  }
  return shapes;
}

// PIN name ... [PORT ... END] ... END name
void read_pin(LefDefTokens& tokens, LefTechnology::Macro& macro) {
  const std::string name(tokens.next());
  bool power = false;
  Box first;  // around the first port that has shapes
  std::vector<LefTechnology::Shape> all;
  for (std::string keyword = tokens.keyword(); keyword != "END"; keyword = tokens.keyword()) {
    if (keyword == "PORT") {
      const std::vector<LefTechnology::Shape> shapes = read_shapes(tokens);
      if (all.empty()) {
        for (const LefTechnology::Shape& shape : shapes) {
          first.add(shape.left, shape.bottom);
          first.add(shape.right, shape.top);
        }
      }
      all.insert(all.end(), shapes.begin(), shapes.end());
      continue;
    }
    if (keyword == "USE") power = is_one_of(tokens.peek(), {"POWER", "GROUND"});
    if (keyword != ";") tokens.skip_through(";");
  }
  tokens.expect(name);
  if (power) macro.obstruction.insert(macro.obstruction.end(), all.begin(), all.end());
  if (!first.empty) {
    macro.pin.push_back({name, (first.left + first.right) / 2, (first.bottom + first.top) / 2});
  }
}

// MACRO name ... END name
void read_macro(LefDefTokens& tokens, std::unordered_set<std::string>& known, LefTechnology& technology) {
  LefTechnology::Macro macro;
  macro.name = tokens.next();
  double x = 0, y = 0;  // of the cell's corner before ORIGIN moves it to zero
  while (true) {
    const std::string keyword = tokens.keyword();
    if (keyword == "END") break;
    if (keyword == "SIZE") {
      macro.width = tokens.number("the width of a macro");
      tokens.expect("BY");
      macro.height = tokens.number("the height of a macro");
      if (macro.width < 0 || macro.height < 0)
        tokens.fail(fmt::format("the macro {} has a negative SIZE", in_quotes(macro.name)));
      tokens.skip_through(";");
    } else if (keyword == "ORIGIN") {
      x = tokens.number("the origin of a macro");
      y = tokens.number("the origin of a macro");
      tokens.skip_through(";");
    } else if (keyword == "PIN") {
      read_pin(tokens, macro);
    } else if (keyword == "OBS") {
      const std::vector<LefTechnology::Shape> shapes = read_shapes(tokens);
      macro.obstruction.insert(macro.obstruction.end(), shapes.begin(), shapes.end());
    } else if (keyword == "DENSITY" || keyword == "TIMING") {
      while (!tokens.accept("END")) tokens.next();
      if (keyword == "TIMING") tokens.accept("TIMING");
    } else if (keyword != ";") {
      tokens.skip_through(";");
    }
  }
  tokens.expect(macro.name);
  for (LefTechnology::Pin& pin : macro.pin) {
    pin.x += x;
    pin.y += y;
  }
  for (LefTechnology::Shape& shape : macro.obstruction) {
    shape.left += x;
    shape.right += x;
    shape.bottom += y;
    shape.top += y;
  }
  if (known.insert(macro.name).second) technology.macro.push_back(std::move(macro));
}

}  // namespace

LefTechnology read_lef(const std::vector<std::string>& paths) {
  LefTechnology technology;
  std::unordered_set<std::string> known;
  for (const std::string& path : paths) {
    LefDefTokens tokens(path, "LEF");
    if (technology.path.empty()) technology.path = path;
    bool useful = false;
    while (!tokens.at_end()) {  // END LIBRARY is optional
      const std::string keyword = tokens.keyword();
      if (keyword == "END") {
        tokens.expect("LIBRARY");
        break;
      }
      useful = useful || keyword == "LAYER" || keyword == "MACRO";
      if (keyword == "LAYER") {
        read_layer(tokens, technology);
      } else if (keyword == "VIA") {
        read_via(tokens, technology);
      } else if (keyword == "MACRO") {
        read_macro(tokens, known, technology);
      } else if (is_one_of(keyword, {"VIARULE", "NONDEFAULTRULE", "SITE", "ARRAY"})) {
        tokens.skip_to_end(std::string(tokens.next()));
      } else if (is_one_of(keyword, {"UNITS", "PROPERTYDEFINITIONS", "SPACING", "IRDROP"})) {
        tokens.skip_to_end(keyword);
      } else if (keyword == "BEGINEXT") {
        tokens.skip_through("ENDEXT");
      } else {
        tokens.skip_through(";");
      }
    }
    if (!useful) {
      throw InputError(path, "the file has neither a LAYER nor a MACRO",
                       "give the technology LEF, and the cells' LEF, of the design");
    }
  }
  return technology;
}

}  // namespace gsrgnn
