#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <gsrgnn/cli/print_ranks.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/version.hpp>

namespace gsrgnn::cli {

void print_ranks(const Mpi& mpi, std::int64_t memory_limit, const std::string& further) {
  const auto memory = static_cast<double>(memory_limit > 0 ? memory_limit : free_device_memory());
  const std::string said = memory < 1e9 ? fmt::format("{:.1f} MB of memory", memory * 1e-6)
                                        : fmt::format("{:.1f} GB of memory", memory * 1e-9);
  const auto lines =
      mpi.gather(fmt::format("{}  pid {}  {} on {}, {}  {}{}", host_name(), ::getpid(), execution_space(),
                             device_name(), plural(execution_concurrency(), "thread"), said, further));
  for (std::size_t rank = 0; rank < lines.size(); ++rank) fmt::print("rank {}: {}\n", rank, lines[rank]);
  std::fflush(stdout);
}

}  // namespace gsrgnn::cli
