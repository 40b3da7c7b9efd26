#pragma once

#include <gsrgnn/circuit/gcell_values.hpp>

namespace gsrgnn::cli {

/// The GCells of the highest predicted values with their cells, `most` of them. With the labels (else null) also how
/// many GCells are in the highest tenth by their label and not by the prediction, and the `most` hottest of those.
void print_hot_spots(const Circuit& circuit, const GcellValues& predicted, const GcellValues* label, std::size_t most);

}  // namespace gsrgnn::cli
