#pragma once

/// What the designs of one technology share: which way routing layers run, how large the cells of a type are, and where
/// their pins lie. It is in LEFs; where there are none it is learned from designs: directions and pins from routes
/// (a pin lies where vias reach it), sizes from cells that abut. A model keeps that of the designs it was trained on,
/// so that a placed design is seen with the same eyes as a routed one.

#include <cstdint>
#include <gsrgnn/circuit/def_reader.hpp>
#include <gsrgnn/circuit/lef_reader.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <string>
#include <vector>

namespace gsrgnn {

enum class LayerRole : std::uint8_t { left_out, horizontal, vertical };
enum class Origin : std::uint8_t { unknown, learned, lef };

struct Technology {
  struct Layer {
    std::string name;
    Origin origin = Origin::unknown;  ///< lef: `direction` is from there
    Direction direction = Direction::horizontal;
    double horizontal = 0, vertical = 0;  ///< microns of wire, of all designs that were seen

    double length() const { return horizontal + vertical; }
    template <class Self, class Visit>
    static void members(Self& self, const Visit& visit) {
      visit(self.name, self.origin, self.direction, self.horizontal, self.vertical);
    }
  };
  struct Pin {
    std::string name;
    Origin origin = Origin::unknown;
    double x = 0, y = 0;  ///< microns from the corner of the cell as drawn
    double seen = 0;      ///< how many pins it was learned from
    template <class Self, class Visit>
    static void members(Self& self, const Visit& visit) {
      visit(self.name, self.origin, self.x, self.y, self.seen);
    }
  };
  struct CellType {
    std::string name;
    Origin origin = Origin::unknown;  ///< of the size; unknown: it is none
    double width = 0, height = 0;     ///< microns, as drawn
    std::vector<Pin> pin;             ///< by name, ascending
    template <class Self, class Visit>
    static void members(Self& self, const Visit& visit) {
      visit(self.name, self.origin, self.width, self.height, self.pin);
    }
  };

  std::vector<Layer> layer;    ///< lowest first
  std::vector<CellType> type;  ///< by name, ascending
  /// How routers choose among routes, as a model learned it: parameters of SoftRoutes (soft_routes.hpp); empty:
  /// unknown.
  std::vector<float> routes{};

  const Layer* find_layer(const std::string& name) const;
  const CellType* find_type(const std::string& name) const;

  template <class Self, class Visit>
  static void members(Self& self, const Visit& visit) {
    visit(self.layer, self.type, self.routes);
  }
};

/// The pin of that name, or null.
const Technology::Pin* find_pin(const Technology::CellType& type, const std::string& name);

/// What a design and its LEFs (may be null) tell.
Technology learn_technology(const DefDesign& design, const LefTechnology* lef);

/// What several tell together, in an order that matters only to rounding: what is from a LEF goes before what was
/// learned; lengths of wire add up; of learned widths the least is right (cells may stand apart); learned pins are
/// averaged by how often they were seen.
Technology join(const std::vector<Technology>& technologies);

/// With what eyes a model sees a design: the design's own LEF, else the model's technology, else what the design's
/// placement tells (sizes). What the design's own routes tell is left aside: designs to predict have none.
Technology for_design(const Technology& of_model, const Technology& own);

/// What layers, lowest first, are to signals. They run as the LEF says, else as most of their wires do, else across the
/// layer below (or above), else by the number in their name, odd ones horizontally. The lowest serves the pins of cells
/// and is left out, unless it carries a twentieth of all wires or more. `reason` (may be null) gets a text for each.
std::vector<LayerRole> layer_roles(const std::vector<Technology::Layer>& layers,
                                   std::vector<std::string>* reason = nullptr);

/// As part of a circuit or run file, under the group of that name; a file without it has an empty one.
void write_technology(Hdf5Writer& file, const std::string& group, const Technology& technology);
Technology read_technology(const Hdf5Reader& file, const std::string& group);

}  // namespace gsrgnn
