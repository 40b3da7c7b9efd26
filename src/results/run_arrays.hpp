#pragma once

/// What the run files of a results file hold of lists and of cells, each array joined over all runs.

#include <gsrgnn/results/results.hpp>
#include <map>

namespace gsrgnn {

/// Arrays by name, of one after another run.
template <class T>
class JoinedArrays {
 public:
  void add(const std::string& name, const std::vector<T>& values) {
    Joined& joined = arrays_[name];
    joined.values.insert(joined.values.end(), values.begin(), values.end());
    joined.sizes.push_back(values.size());
  }
  /// Writes each as NAME, and as NAME_first where the values of each row begin, and at last where they end. A row that
  /// is not done has none; of an array that not all of the others have, `add` was given an empty one. One without any
  /// values is left out, for h5repack cannot pack it.
  void write(Hdf5Writer& results, const std::vector<RunSummary>& rows) {
    for (auto& [name, joined] : arrays_) {
      if (joined.values.empty()) continue;
      std::vector<std::int64_t> first = {0};
      std::size_t run = 0;
      for (const RunSummary& row : rows) {
        first.push_back(first.back() + (row.done() ? static_cast<std::int64_t>(joined.sizes.at(run++)) : 0));
      }
      results.array(name, joined.values);
      results.array(name + "_first", first);
      joined.values = {};  // for the next is beside it in memory
    }
  }

 private:
  struct Joined {
    std::vector<T> values;
    std::vector<std::uint64_t> sizes;  // of each run's
  };
  std::map<std::string, Joined> arrays_;
};

/// Of runs that are done, in the order of their rows.
class RunArrays {
 public:
  /// Throws InputError, and adds nothing, when the run file's arrays of cells are missing, cannot be read or do not
  /// belong together.
  void add(const Hdf5Reader& file, const RunSummary& row);
  void write(Hdf5Writer& results, const std::vector<RunSummary>& rows);

 private:
  JoinedArrays<double> numbers_;
  JoinedArrays<float> values_;
  JoinedArrays<std::uint8_t> parts_;
  JoinedArrays<std::int64_t> designs_;
};

}  // namespace gsrgnn
