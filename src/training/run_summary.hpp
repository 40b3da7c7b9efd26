#pragma once

/// The summary of a run file: all that its RunDescription needs, but the designs of a joint training, in two arrays,
/// for to open many small ones takes a hundred times as long as to read them.
///
///   /measured/summary   bytes: the facts (for_each_fact) and the lengths of the lists (for_each_list), each as
///                       NAME, zero byte, VALUE, zero byte
///   /measured/lists     the lists, one after the other
///
/// It is in /measured, because some of it differs between two equal runs: in bytes, not in length.

#include <gsrgnn/training/run_description.hpp>
#include <gsrgnn/util/hdf5_file.hpp>

namespace gsrgnn {

void write_summary(Hdf5Writer& file, const RunDescription& run);

/// Reads it. False, with `run` half read, when there is none, or one of another program that lacks a fact. Throws
/// InputError when a value is none or the lists are of other lengths.
bool read_summary(const Hdf5Reader& file, RunDescription& run);

}  // namespace gsrgnn
