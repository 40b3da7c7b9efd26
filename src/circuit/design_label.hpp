#pragma once

/// What cells are to learn, and further features from maps, made alike for designs of all formats.

#include <gsrgnn/circuit/design_formats.hpp>

namespace gsrgnn {

/// Throws InputError for labels that are none, before anything is read.
void check_label(const ImportOptions& options);

/// Whether labels are to be made of the routes.
bool wants_routes(const ImportOptions& options);
/// Whether in shares of the capacity that is left free.
bool wants_overflow(const ImportOptions& options);

/// Sets the circuit's labels: what each cell sees (cell_boxes.hpp) of the maps that the options name, of its own
/// routing where they name none. Cells are large by the sizes that the source or a LEF tells, not by those that were
/// learned. Throws InputError when the options name the routes and there are none, and for what read_map_file()
/// refuses.
void add_labels(const ImportOptions& options, ReadDesign& design);

/// Appends the features that the options name. Throws InputError for a name that is taken.
void add_feature_maps(const ImportOptions& options, Circuit& circuit);

}  // namespace gsrgnn
