#include <gsrgnn/circuit/lef_reader.hpp>
#include <gsrgnn/circuit/lefdef_tokens.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <optional>

namespace gsrgnn {
namespace {

// LAYER name ... END name: statements, of which two matter.
void read_layer(LefDefTokens& tokens, LefTechnology& technology) {
  const std::string name(tokens.next());
  bool routing = false;
  std::optional<Direction> direction;
  while (!tokens.accept("END")) {
    const std::string_view keyword = tokens.next();
    if (keyword == "TYPE") {
      routing = tokens.peek() == "ROUTING";
    } else if (keyword == "DIRECTION") {
      if (tokens.peek() == "HORIZONTAL") direction = Direction::horizontal;
      if (tokens.peek() == "VERTICAL") direction = Direction::vertical;
    }
    if (keyword != ";") tokens.skip_through(";");
  }
  tokens.expect(name);
  if (!routing) return;
  if (!direction) {
    tokens.fail(fmt::format("the routing layer {} has no DIRECTION HORIZONTAL or VERTICAL", quoted(name)),
                "give the technology LEF that the design was routed with");
  }
  technology.routing.push_back({name, *direction});
}

// VIA name [DEFAULT] ... END name: one LAYER statement a layer, or LAYERS with all three.
void read_via(LefDefTokens& tokens, LefTechnology& technology) {
  const std::string name(tokens.next());
  std::vector<std::string>& layers = technology.via_layers[name];
  while (!tokens.accept("END")) {
    const std::string_view keyword = tokens.next();
    if (keyword != "LAYER" && keyword != "LAYERS") continue;
    while (!tokens.accept(";")) layers.emplace_back(tokens.next());
  }
  tokens.expect(name);
}

}  // namespace

LefTechnology read_lef(const std::string& path) {
  LefDefTokens tokens(path, "LEF");
  LefTechnology technology;
  technology.path = path;
  while (!tokens.at_end()) {  // END LIBRARY is optional
    const std::string_view keyword = tokens.next();
    if (keyword == "END") {
      tokens.expect("LIBRARY");
      break;
    }
    if (keyword == "LAYER") {
      read_layer(tokens, technology);
    } else if (keyword == "VIA") {
      read_via(tokens, technology);
    } else if (is_one_of(keyword, {"VIARULE", "NONDEFAULTRULE", "MACRO", "SITE", "ARRAY"})) {
      tokens.skip_to_end(tokens.next());
    } else if (is_one_of(keyword, {"UNITS", "PROPERTYDEFINITIONS", "SPACING", "IRDROP"})) {
      tokens.skip_to_end(keyword);
    } else if (keyword == "BEGINEXT") {
      tokens.skip_through("ENDEXT");
    } else {
      tokens.skip_through(";");
    }
  }
  if (technology.routing.empty()) {
    throw InputError(path, "the file has no layer of TYPE ROUTING", "give the technology LEF of the design");
  }
  return technology;
}

}  // namespace gsrgnn
