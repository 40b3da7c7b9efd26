#pragma once

/// The circuit file: one design in HDF5.
///
///   /nets/offset int64 M+1, /nets/cell int32 P        pins as CSR by net
///   /cells/feature float32 N x F, /cells/feature_name  (strings, F)
///   /cells/type int32 N, /cells/type_name              (strings, T)
///   /cells/position float64 N x 2 and /cells/box float64 4, in microns
///   /cells/original int32 N                            each cell's number in the source (absent: in that order)
///   /cells/name uint8, deflated                        names of the cells, one after the other with a zero byte
///   between
///                                                      them (absent: the source has none, or the file is older)
///   /cells/label float32 N x O, /cells/label_name      (strings, O; absent when the circuit has no label)
///   /placement                                         what maps are made from (placement.hpp); each part may be
///   absent:
///     grid_x, grid_y float64                             borders of the GCells
///     layer_name (strings, L), row_tracks float32 L x rows, column_tracks float32 L x columns
///     power float32 rows x columns
///     size float32 N x 2, orientation uint8 N            attribute anchor: 0 corner, 1 centre
///     pin_name (strings), pin int32 P, pin_offset float32 P x 2
///     io_net int32 Q, io_position float64 Q x 2
///   /technology                                        what the design tells of its technology (technology.hpp)
///   /note (strings)                                    what its import left out or took for granted
///   attributes of "/": kind = "gsrgnn circuit", version, name, source, label_unit

#include <gsrgnn/circuit/circuit.hpp>
#include <string>

namespace gsrgnn {

/// Writes the file whole: it appears under its name when complete. The circuit is validated first.
void write_circuit(const Circuit& circuit, const std::string& path);

/// Reads and validates a circuit file. Throws InputError naming the file, the object and the hint.
Circuit read_circuit(const std::string& path);

}  // namespace gsrgnn
