#include <algorithm>
#include <gsrgnn/circuit/design_text.hpp>
#include <gsrgnn/circuit/guide_reader.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/text.hpp>
#include <limits>
#include <unordered_map>
#include <utility>

namespace gsrgnn {
namespace {

// Buffers and diodes may be added after global routing; a guide of which more is unknown is of another design.
constexpr double kMostUnknown = 0.1;

constexpr std::string_view kGiveItsOwn = "give the guide of this design";

/// GCells of a row or a column, both ends included.
struct Span {
  std::int64_t first, last;
  std::int64_t size() const { return last - first + 1; }
  std::int64_t middle() const { return (first + last) / 2; }
};

class GuideParser {
 public:
  GuideParser(const std::string& path, const std::array<std::vector<std::int32_t>, 2>& border, const DefDesign& design)
      : path_(path), lines_(path, "route guide"), border_(border), design_(design) {
    for (std::size_t n = 0; n < design.net.size(); ++n) guided_.emplace(design.net[n], false);
    for (std::size_t l = 0; l < design.layer.size(); ++l) layer_.emplace(design.layer[l], l);
  }

  std::vector<DefDesign::Wire> parse(std::vector<std::string>& note) {
    while (lines_.next()) net();
    if (nets_ == 0) throw InputError(path_, "the guide has no nets", kGiveItsOwn);
    if (static_cast<double>(unknown_) > kMostUnknown * static_cast<double>(nets_)) {
      throw InputError(path_, fmt::format("{} of its {} nets are not in {}", unknown_, nets_, design_.path),
                       kGiveItsOwn);
    }
    if (unknown_ > 0) note.push_back(fmt::format("{} of {} nets of the guide are unknown", unknown_, nets_));
    return std::move(wire_);
  }

 private:
  void net() {
    const std::string name(lines_[0]);
    if (lines_.size() != 1 || name == "(" || name == ")") {
      lines_.fail(fmt::format("expected the name of a net alone, found {}", in_quotes(name)),
                  "a guide is NET, (, lines of x0 y0 x1 y1 LAYER, and )");
    }
    ++nets_;
    const auto known = guided_.find(name);
    if (known == guided_.end()) ++unknown_;
    if (known != guided_.end() && std::exchange(known->second, true)) {
      lines_.fail(fmt::format("the net {} has a second guide", in_quotes(name)), kGiveItsOwn);
    }
    lines_.need("'('");
    if (lines_.size() != 1 || lines_[0] != "(")
      lines_.fail(fmt::format("expected '(', found {}", in_quotes(lines_[0])));
    for (lines_.need("')'"); lines_[0] != ")"; lines_.need("')'")) box(known != guided_.end());
  }

  // x0 y0 x1 y1 LAYER
  void box(bool of_known_net) {
    std::array<std::int32_t, 4> side{};
    for (std::size_t i = 0; i < side.size(); ++i) {
      constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
      side[i] = static_cast<std::int32_t>(lines_.integer(i, "a side of the box", -kMost, kMost));
    }
    if (lines_.size() < 5) lines_.fail("the layer of the box is missing");
    if (side[0] >= side[2] || side[1] >= side[3]) lines_.fail("the box is empty");
    if (!of_known_net) return;
    const Span column = span(0, side[0], side[2]), row = span(1, side[1], side[3]);
    if (column.size() == 1 && row.size() == 1) return;
    const auto layer = layer_.find(lines_[4]);
    if (layer == layer_.end()) {
      lines_.fail(fmt::format("the design has no layer {}", in_quotes(lines_[4])), kGiveItsOwn);
    }
    const auto on = static_cast<std::int32_t>(layer->second);
    if (column.size() >= row.size()) {
      const std::int32_t y = middle(1, row.middle());
      wire_.push_back({on, middle(0, column.first), y, middle(0, column.last), y});
    } else {
      const std::int32_t x = middle(0, column.middle());
      wire_.push_back({on, x, middle(1, row.first), x, middle(1, row.last)});
    }
  }

  std::int32_t middle(std::size_t axis, std::int64_t gcell) const {
    return static_cast<std::int32_t>((std::int64_t{border_[axis][gcell]} + border_[axis][gcell + 1]) / 2);
  }

  // The outermost GCells may reach farther than the grid.
  Span span(std::size_t axis, std::int32_t from, std::int32_t to) const {
    const std::vector<std::int32_t>& border = border_[axis];
    const auto index = [&](std::int32_t at) {
      const auto found = std::lower_bound(border.begin(), border.end(), std::clamp(at, border.front(), border.back()));
      if (*found != std::clamp(at, border.front(), border.back())) {
        lines_.fail(fmt::format("the box ends at {} = {}, which is no border of the design's GCells",
                                axis == 0 ? "x" : "y", at),
                    "give the guide of this design, and its grid by GCELLGRID or --gcell");
      }
      return found - border.begin();
    };
    const Span gcells{index(from), index(to) - 1};
    if (gcells.size() < 1) lines_.fail("the box lies outside the design's GCells", kGiveItsOwn);
    return gcells;
  }

  std::string path_;
  TextLines lines_;
  const std::array<std::vector<std::int32_t>, 2>& border_;
  const DefDesign& design_;
  std::unordered_map<std::string, bool> guided_;  // each net of the design: whether the guide has named it
  std::unordered_map<std::string_view, std::size_t> layer_;
  std::vector<DefDesign::Wire> wire_;
  std::int64_t nets_ = 0, unknown_ = 0;
};

}  // namespace

void route_by_guide(const std::string& path, const std::array<std::vector<std::int32_t>, 2>& border, DefDesign& design,
                    std::vector<std::string>& note) {
  design.wire = GuideParser(path, border, design).parse(note);
}

}  // namespace gsrgnn
