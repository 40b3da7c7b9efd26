#pragma once

/// A run file as programs wrote it that knew no summaries (without their checksum).

#include <filesystem>

#include "support/changed_file.hpp"

namespace gsrgnn::testing {

inline void write_without_summary(const std::string& from, const std::string& to) {
  std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
  for (const char* list : {"measured/summary", "measured/lists"}) remove_object(to, list);
}

}  // namespace gsrgnn::testing
