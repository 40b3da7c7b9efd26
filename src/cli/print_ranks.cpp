#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <gsrgnn/cli/print_ranks.hpp>
#include <gsrgnn/util/machine.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/version.hpp>

namespace gsrgnn::cli {

std::string plural(std::size_t count, const char* thing) {
  return fmt::format("{} {}{}", with_commas(static_cast<std::int64_t>(count)), thing, count == 1 ? "" : "s");
}

void print_ranks(const Mpi& mpi, std::int64_t memory_limit, const std::string& further) {
  const std::int64_t memory = memory_limit > 0 ? memory_limit : free_device_memory();
  const auto lines =
      mpi.gather(fmt::format("{}  pid {}  {} on {}, {}  {:.1f} GB{}", host_name(), ::getpid(), execution_space(),
                             device_name(), plural(static_cast<std::size_t>(execution_concurrency()), "thread"),
                             static_cast<double>(memory) * 1e-9, further));
  for (std::size_t rank = 0; rank < lines.size(); ++rank) fmt::print("rank {}: {}\n", rank, lines[rank]);
  std::fflush(stdout);
}

}  // namespace gsrgnn::cli
