#include <algorithm>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/lefdef_tokens.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>
#include <optional>
#include <unordered_map>
#include <utility>

#include "circuit/def_points.hpp"
#include "circuit/def_special_nets.hpp"
#include "circuit/def_vias.hpp"

namespace gsrgnn {
namespace {

// More components without a place than so many are no leftovers: the design is not placed.
constexpr double kMostUnplaced = 0.5;

// A few nets of ( * pin ) must not take all memory.
constexpr std::size_t kMostPins = std::size_t{1} << 28;

// DEF 5.8: "If the statement is omitted, 100 units a micron".
constexpr std::int32_t kUsualUnits = 100;

// More lines a direction than any GCELLGRID has; a damaged count must not take all memory.
constexpr std::int64_t kMostGridLines = 1 << 20;

struct Point {
  std::int32_t x, y;
};

struct Pattern {
  int axis;
  std::int32_t start, count, step;
};

bool is_statement(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

std::int32_t index_of(std::string_view name, std::unordered_map<std::string_view, std::int32_t>& index,
                      std::vector<std::string>& names) {
  const auto [entry, fresh] = index.emplace(name, static_cast<std::int32_t>(names.size()));
  if (fresh) names.emplace_back(name);
  return entry->second;
}

class DefParser {
 public:
  DefParser(const std::string& path, const LefTechnology* lef) : tokens_(path, "DEF"), vias_(lef) {
    design_.path = path;
  }

  DefDesign parse() {
    if (!is_one_of(tokens_.peek(), {"VERSION", "NAMESCASESENSITIVE", "DIVIDERCHAR", "BUSBITCHARS", "DESIGN",
                                    "TECHNOLOGY", "UNITS", "HISTORY", "ARRAY", "FLOORPLAN"})) {
      tokens_.fail(fmt::format("this is not a DEF file, it begins with {}", in_quotes(tokens_.next())),
                   "give a DEF file");
    }
    using Parser = DefParser;
    constexpr std::pair<std::string_view, void (Parser::*)()> kStatements[] = {{"DESIGN", &Parser::design},
                                                                               {"UNITS", &Parser::units},
                                                                               {"DIEAREA", &Parser::die_area},
                                                                               {"TRACKS", &Parser::tracks},
                                                                               {"GCELLGRID", &Parser::gcell_grid},
                                                                               {"VIAS", &Parser::vias},
                                                                               {"COMPONENTS", &Parser::components},
                                                                               {"PINS", &Parser::pins},
                                                                               {"NETS", &Parser::nets},
                                                                               {"SPECIALNETS", &Parser::special_nets},
                                                                               {"BLOCKAGES", &Parser::blockages},
                                                                               {"ROW", &Parser::row}};
    while (true) {
      const std::string keyword = tokens_.keyword();
      if (keyword == "END") {
        const std::string what = tokens_.keyword();
        if (what == "DESIGN") break;
        if (what != skipped_) tokens_.fail(fmt::format("END {} without its beginning", in_quotes(what)));
        skipped_ = {};
        continue;
      }
      const auto* const found = std::find_if(std::begin(kStatements), std::end(kStatements),
                                             [&](const auto& known) { return known.first == keyword; });
      found != std::end(kStatements) ? (this->*found->second)() : skip_section(keyword);
    }
    const auto require = [this](bool found, std::string_view what) {
      if (!found) tokens_.fail(fmt::format("the design has no {}", what));
    };
    require(!design_.name.empty(), "DESIGN statement");
    if (design_.units_per_micron == 0) {
      design_.units_per_micron = kUsualUnits;
      design_.note.push_back(fmt::format("no UNITS: {} a micron, as DEF has it", kUsualUnits));
    }
    require(has_die_, "DIEAREA");
    require(has_components_, "COMPONENTS section");
    require(has_nets_, "NETS section");
    const auto all = design_.unplaced + static_cast<std::int64_t>(design_.component.size());
    if (static_cast<double>(design_.unplaced) > kMostUnplaced * static_cast<double>(all)) {
      throw InputError(design_.path, fmt::format("{} of {} components have no place", design_.unplaced, all),
                       "place the design first");
    }
    if (design_.unplaced > 0) {
      design_.note.push_back(fmt::format("{} of {} components have no place and were left out", design_.unplaced, all));
    }
    for (std::vector<std::int32_t>& lines : design_.gcell_line) {
      std::sort(lines.begin(), lines.end());
      lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    }
    return std::move(design_);
  }

 private:
  void end_of_statement() { tokens_.expect(";"); }

  // Sections that do not matter, and statements that do not. A section's first statement is followed by its entries
  // ("- ...") or, when there are none, by END and its name.
  void skip_section(const std::string& keyword) {
    if (!is_statement(keyword)) tokens_.fail(fmt::format("expected a statement of DEF, found {}", in_quotes(keyword)));
    if (keyword == "PROPERTYDEFINITIONS") return tokens_.skip_to_end(keyword);
    if (keyword == "BEGINEXT") return tokens_.skip_through("ENDEXT");
    tokens_.skip_through(";");
    if (tokens_.peek() == "-") {
      tokens_.skip_to_end(keyword);
    } else {
      skipped_ = keyword;
    }
  }

  // NAME count ; - entry ... ; - entry ... ; END NAME
  template <class Entry>
  void section(std::string_view title, Entry&& entry) {
    const std::int64_t line = tokens_.line();
    const std::int32_t announced = tokens_.integer(fmt::format("the number of {}", title), 0);
    end_of_statement();
    std::int64_t found = 0;
    for (; tokens_.accept("-"); ++found) entry();
    tokens_.expect("END");
    tokens_.expect(title);
    if (found != announced) {
      design_.note.push_back(fmt::format("line {}: {} announces {} entries and has {}", line, title, announced, found));
    }
  }

  // Any word but DEF's own punctuation.
  std::string_view name(std::string_view what) {
    const std::string_view word = tokens_.next();
    if (is_one_of(word, {";", "+", "-", "(", ")"})) {
      tokens_.fail(fmt::format("expected the name of {}, found {}", what, in_quotes(word)));
    }
    return word;
  }

  Point point(const Point* previous = nullptr) {
    const DefPoint before = previous != nullptr ? DefPoint{previous->x, previous->y} : DefPoint{};
    const DefPoint at = read_def_point(tokens_, previous != nullptr ? &before : nullptr);
    return {at[0], at[1]};
  }

  // ( x y ) orientation
  Point place(Orientation& orientation) {
    const Point at = point();
    if (const auto given = orientation_of(tokens_.peek())) {
      orientation = *given;
      tokens_.next();
    }
    return at;
  }

  std::int32_t layer(std::string_view name) { return index_of(name, layer_index_, design_.layer); }
  std::int32_t master(std::string_view name) { return index_of(name, master_index_, design_.master); }

  // Goes on to the next `+` of an entry and gives the attribute behind it, or nothing at the end of the entry.
  std::string_view attribute() {
    while (true) {
      const std::string_view word = tokens_.next();
      if (word == "+") return tokens_.next();
      if (word == ";") return {};
      if (word == "-") tokens_.fail("an entry begins before the one before it has ended with ';'");
    }
  }

  // The same where an attribute or the end has to follow at once.
  std::string_view first_attribute() {
    if (tokens_.peek() != "+" && tokens_.peek() != ";") {
      tokens_.fail(fmt::format("expected '+' or ';', found {}", in_quotes(tokens_.next())));
    }
    return attribute();
  }

  // X|Y start DO count STEP step
  Pattern pattern() {
    const std::string_view axis = tokens_.next();
    if (axis != "X" && axis != "Y") tokens_.fail(fmt::format("expected X or Y, found {}", in_quotes(axis)));
    Pattern pattern{axis == "Y", 0, 0, 0};
    pattern.start = tokens_.integer("the first coordinate");
    tokens_.expect("DO");
    pattern.count = tokens_.integer("the number of lines", 0);
    tokens_.expect("STEP");
    pattern.step = tokens_.integer("the distance of lines", pattern.count > 1 ? 1 : 0);
    const std::int64_t last = pattern.start + (pattern.count - std::int64_t{1}) * pattern.step;
    if (last > std::numeric_limits<std::int32_t>::max()) {
      tokens_.fail(fmt::format("the last line lies at {}, beyond 32 bits", last));
    }
    return pattern;
  }

  void design() {
    design_.name = name("the design");
    end_of_statement();
  }

  void units() {
    tokens_.expect("DISTANCE");
    tokens_.expect("MICRONS");
    design_.units_per_micron = tokens_.integer("the units per micron", 1);
    end_of_statement();
  }

  void die_area() {
    has_die_ = true;
    Point last = point();
    Point low = last, high = last;
    while (!tokens_.accept(";")) {
      last = point(&last);
      low = {std::min(low.x, last.x), std::min(low.y, last.y)};
      high = {std::max(high.x, last.x), std::max(high.y, last.y)};
    }
    if (low.x == high.x || low.y == high.y) tokens_.fail("the DIEAREA is empty");
    design_.die = {low.x, low.y, high.x, high.y};
  }

  void tracks() {
    const Pattern at = pattern();
    if (tokens_.accept("MASK")) {
      tokens_.integer("a mask");
      tokens_.accept("SAMEMASK");
    }
    if (tokens_.accept("LAYER")) {
      while (tokens_.peek() != ";") {
        design_.tracks[at.axis].push_back({layer(name("a layer")), at.start, at.count, at.step});
      }
    }
    end_of_statement();
  }

  void gcell_grid() {
    const Pattern at = pattern();
    std::vector<std::int32_t>& lines = design_.gcell_line[at.axis];
    if (static_cast<std::int64_t>(lines.size()) + at.count > kMostGridLines) {
      tokens_.fail(fmt::format("GCELLGRID has more than {} lines in one direction", kMostGridLines));
    }
    for (std::int64_t i = 0; i < at.count; ++i) lines.push_back(static_cast<std::int32_t>(at.start + i * at.step));
    end_of_statement();
  }

  void vias() {
    section("VIAS", [this] {
      std::vector<std::string_view>& layers = vias_.layers_of(name("a via"));
      for (std::string_view word = first_attribute(); !word.empty(); word = attribute()) {
        const int names = word == "LAYERS" ? 3 : word == "RECT" || word == "POLYGON" ? 1 : 0;
        for (int i = 0; i < names; ++i) layers.push_back(name("a layer"));
      }
    });
  }

  void once(std::string_view title, bool& found) {
    if (std::exchange(found, true)) tokens_.fail(fmt::format("there is a second {} section", title));
  }

  void components() {
    once("COMPONENTS", has_components_);
    section("COMPONENTS", [this] { component(); });
  }

  void component() {
    const std::string_view instance = name("a component");
    const std::int64_t line = tokens_.line();
    const std::int32_t type = master(name("a master"));
    std::optional<Point> at;
    Orientation orientation = Orientation::N;
    for (std::string_view word = first_attribute(); !word.empty(); word = attribute()) {
      if (is_one_of(word, {"PLACED", "FIXED", "COVER"})) at = place(orientation);
    }
    const auto index = at ? static_cast<std::int32_t>(design_.component.size()) : kUnplaced;
    if (!component_index_.emplace(instance, index).second) {
      throw InputError(tokens_.place(line), fmt::format("there is a second component {}", in_quotes(instance)),
                       "give each component its own name");
    }
    if (at) {
      design_.component.push_back({std::string(instance), type, at->x, at->y, orientation});
    } else {
      ++design_.unplaced;
    }
  }

  // ROW name site x y ...
  void row() {
    name("a row");
    name("a site");
    tokens_.integer("the row's x");
    design_.row.push_back(tokens_.integer("the row's y"));
    tokens_.skip_through(";");
  }

  void pins() {
    section("PINS", [this] {
      const std::string_view pin = name("a pin");
      bool found = false;  // of several ports the first
      for (std::string_view word = attribute(); !word.empty(); word = attribute()) {
        if (!is_one_of(word, {"PLACED", "FIXED", "COVER"}) || std::exchange(found, true)) continue;
        io_place_.emplace(pin, point());
      }
    });
  }

  void special_nets() {
    section("SPECIALNETS", [this] {
      read_special_net(tokens_, [this](std::string_view layer, const DefBox& box, bool rail) {
        if (!rail) design_.power.push_back(box);
        obstruct(layer, box);
      });
    });
  }

  void blockages() {
    section("BLOCKAGES", [this] {
      read_blockage(tokens_, [this](std::string_view layer, const DefBox& box) { obstruct(layer, box); });
    });
  }

  // A layer that has no tracks, as a cut layer, has no room to take.
  void obstruct(std::string_view layer, const DefBox& box) {
    const auto found = layer_index_.find(layer);
    if (found != layer_index_.end()) design_.obstruction.push_back({found->second, box});
  }

  void nets() {
    has_nets_ = true;  // there may be several sections
    section("NETS", [this] { net(); });
  }

  void net() {
    const std::string_view net = name("a net");
    net_pins(net);
    design_.net.emplace_back(net);
    design_.net_offset.push_back(static_cast<std::int64_t>(design_.net_component.size()));
    for (std::string_view word = first_attribute(); !word.empty(); word = attribute()) {
      if (is_one_of(word, {"ROUTED", "FIXED", "COVER", "NOSHIELD"})) wiring();
    }
    design_.via_offset.push_back(static_cast<std::int64_t>(design_.via.size()));
  }

  // ( component pin ) ( PIN pin ) ( * pin ) ...
  void net_pins(std::string_view net) {
    while (tokens_.accept("(")) {
      const std::string_view cell = name("a component");
      const std::string_view pin = name("a pin");
      if (cell == "PIN") {
        if (const auto at = io_place_.find(pin); at != io_place_.end()) {
          design_.io.push_back({static_cast<std::int32_t>(design_.net.size()), at->second.x, at->second.y});
        }
      } else if (cell == "*") {
        for (std::size_t all = 0; all < design_.component.size(); ++all) add_pin(static_cast<std::int32_t>(all), pin);
      } else {
        const auto found = component_index_.find(cell);
        if (found == component_index_.end()) {
          tokens_.fail(fmt::format("net {} names the unknown component {}", in_quotes(net), in_quotes(cell)),
                       "list each component of a net in COMPONENTS, before NETS");
        }
        if (found->second != kUnplaced) add_pin(found->second, pin);
      }
      if (tokens_.accept("+")) tokens_.expect("SYNTHESIZED");
      tokens_.expect(")");
    }
  }

  void add_pin(std::int32_t component, std::string_view pin) {
    if (design_.net_component.size() >= kMostPins) {
      tokens_.fail("the nets have more pins than any design has", "write the nets of ( * pin ) as SPECIALNETS");
    }
    design_.net_component.push_back(component);
    design_.net_pin.push_back(index_of(pin, pin_index_, design_.pin_name));
  }

  // layer points [NEW layer points] ..., up to (not with) the next `+` or `;`.
  void wiring() {
    std::int32_t on = layer(name("a layer"));
    std::string_view via;
    Point last{};
    bool begun = false;  // there is a last point
    while (tokens_.peek() != ";" && tokens_.peek() != "+") {
      if (tokens_.peek() == "(") {
        const Point next = point(begun ? &last : nullptr), from = begun ? last : next;
        if (on < 0 && (from.x != next.x || from.y != next.y)) {
          if (design_.unknown_via.empty()) design_.unknown_via = via;
        } else {  // a slanted one takes as many tracks as its two legs
          if (from.x != next.x) design_.wire.push_back({on, from.x, from.y, next.x, from.y});
          if (from.y != next.y) design_.wire.push_back({on, next.x, from.y, next.x, next.y});
        }
        last = next;
        begun = true;
        continue;
      }
      const std::string_view word = tokens_.next();
      if (word == "NEW") {
        on = layer(name("a layer"));
        begun = false;
      } else if (word == "TAPERRULE") {
        name("a rule");
      } else if (word == "STYLE" || word == "MASK") {
        tokens_.integer(fmt::format("the number of a {}", word), 0);
      } else if (word == "RECT") {  // a patch of metal beside the wire
        tokens_.expect("(");
        for (int i = 0; i < 4; ++i) tokens_.integer("a side of RECT");
        tokens_.expect(")");
      } else if (word == "VIRTUAL") {  // a connection without metal
        last = point(begun ? &last : nullptr);
        begun = true;
      } else if (word == "-" || word == "END") {
        tokens_.fail("the routing of a net has not ended with ';'");
      } else if (word != "TAPER") {
        if (!begun) tokens_.fail(fmt::format("the via {} comes before any point of its wire", in_quotes(word)));
        via = word;
        if (on >= 0) design_.via.push_back({on, last.x, last.y});
        on = vias_.layer_behind(via, on, layer_index_);
        if (orientation_of(tokens_.peek())) tokens_.next();
      }
    }
  }

  static constexpr std::int32_t kUnplaced = -1;
  LefDefTokens tokens_;
  DefDesign design_;
  bool has_die_ = false, has_components_ = false, has_nets_ = false;
  std::string skipped_;  // a statement that was skipped and may turn out to be a section without entries
  std::unordered_map<std::string_view, std::int32_t> layer_index_, master_index_, component_index_, pin_index_;
  std::unordered_map<std::string_view, Point> io_place_;
  DefVias vias_;
};

}  // namespace

DefDesign read_def(const std::string& path, const LefTechnology* lef) {
  return DefParser(path, lef).parse();
}

}  // namespace gsrgnn
