#pragma once

/// Pictures as PNG (ISO/IEC 15948).

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace gsrgnn {

using Colour = std::array<std::uint8_t, 3>;  ///< red, green, blue

/// The bytes of a PNG of width x height pixels, rows from the top, each from the left.
std::string png(std::size_t width, std::size_t height, const std::vector<Colour>& pixel);

}  // namespace gsrgnn
