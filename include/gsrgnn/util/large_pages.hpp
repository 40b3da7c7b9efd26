#pragma once

#include <cstddef>

namespace gsrgnn {

/// Asks a Linux host to make memory that nothing was written to yet of large pages (2 MB, not 4 KB) where it can: rows
/// that are gathered wait for the places of their pages, too. Where the system has none, or its administrator none for
/// programs (transparent_hugepage/enabled: never), nothing happens.
void ask_for_large_pages(void* memory, std::size_t bytes);

}  // namespace gsrgnn
