#pragma once

/// A run file as programs wrote it that knew no summaries.

#include <gsrgnn/training/run_file.hpp>

namespace gsrgnn::testing {

inline void write_without_summary(const std::string& from, const std::string& to) {
  const Hdf5Reader run(from);
  Hdf5Writer older(to);
  for (const char* name : {"kind", "program_version", "revision", "kokkos_version", "execution_space"}) {
    older.attribute("/", name, run.attribute_string("/", name));
  }
  for (const char* name : {"version", "threads"}) older.attribute("/", name, run.attribute_int("/", name));
  for (const std::string& object : run.members("/")) {
    if (object != "measured") older.copy(run, object, object);
  }
  for (const std::string& list : run.members("measured")) {
    if (list != "summary" && list != "lists") older.copy(run, "measured/" + list, "measured/" + list);
  }
  for (const char* name : {"process_peak", "ranks", "planned", "allocated"}) {
    if (run.has_attribute("measured", name)) older.attribute("measured", name, run.attribute_int("measured", name));
  }
  older.commit();
}

}  // namespace gsrgnn::testing
