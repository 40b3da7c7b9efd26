#pragma once

/// The wires of special nets: power and ground, as far as they take room from signals.

#include <array>
#include <cstdint>
#include <gsrgnn/circuit/lefdef_tokens.hpp>
#include <vector>

namespace gsrgnn {

/// Reads an entry of SPECIALNETS, from its name through its `;`, and appends the boxes (left, bottom, right, top) of
/// its wires, in database units. Rails along rows (SHAPE FOLLOWPIN) are left out: they are under all cells alike.
void read_special_net(LefDefTokens& tokens, std::vector<std::array<std::int32_t, 4>>& box);

}  // namespace gsrgnn
