#pragma once

/// The files of a Bookshelf design that tell of its rows and of its routing.

#include <gsrgnn/circuit/bookshelf_reader.hpp>
#include <gsrgnn/circuit/design_text.hpp>

namespace gsrgnn {

/// What separates words in all files of the format, beside white space.
inline constexpr std::string_view kBookshelfSeparators = ":";

/// Sets the core to the box around the rows.
void read_scl(const std::string& path, BookshelfDesign& design);

/// Sets grid and layers. The capacity of a layer is a length across a side of a GCell, of which a track takes the least
/// width and spacing of wires. Blocked nodes are not read, for they take nothing from whole rows and columns.
void read_route(const std::string& path, BookshelfDesign& design);

}  // namespace gsrgnn
