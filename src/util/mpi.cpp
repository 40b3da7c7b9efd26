#include <mpi.h>

#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <numeric>

namespace gsrgnn {
namespace {

void check(int code, const char* call) {
  if (code != MPI_SUCCESS) throw RunError(fmt::format("{} failed with code {}", call, code));
}

}  // namespace

Mpi::Mpi() {
  check(MPI_Init(nullptr, nullptr), "MPI_Init");
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
}

Mpi::~Mpi() {
  MPI_Finalize();
}

std::vector<std::string> Mpi::gather(const std::string& text) const {
  const int length = static_cast<int>(text.size());
  std::vector<int> lengths(rank_ == 0 ? size_ : 0), starts(lengths.size(), 0);
  check(MPI_Gather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, 0, MPI_COMM_WORLD), "MPI_Gather");
  if (rank_ == 0) std::partial_sum(lengths.begin(), lengths.end() - 1, starts.begin() + 1);
  std::string all(rank_ == 0 ? static_cast<std::size_t>(starts.back() + lengths.back()) : 0, '\0');
  check(MPI_Gatherv(text.data(), length, MPI_CHAR, all.data(), lengths.data(), starts.data(), MPI_CHAR, 0,
                    MPI_COMM_WORLD),
        "MPI_Gatherv");
  std::vector<std::string> texts;
  for (std::size_t r = 0; r < lengths.size(); ++r) {
    texts.push_back(all.substr(static_cast<std::size_t>(starts[r]), static_cast<std::size_t>(lengths[r])));
  }
  return texts;
}

int Mpi::agree(int code) const {
  int largest = code;
  check(MPI_Allreduce(&code, &largest, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD), "MPI_Allreduce");
  return largest;
}

}  // namespace gsrgnn
