#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <numeric>

namespace gsrgnn {
namespace {

void check(int code, const char* call) {
  if (code != MPI_SUCCESS) throw RunError(fmt::format("{} failed with code {}", call, code));
}

/// MPI counts in ints: what is longer goes in pieces of so many elements.
constexpr std::size_t kPiece = std::size_t{1} << 27U;
int piece_at(std::size_t done, std::size_t size) {
  return static_cast<int>(std::min(kPiece, size - done));
}

/// Mpi::gather of more than Gatherv can count: rank 0 takes one rank's text after the other.
void gather_in_pieces(const std::string& text, const std::vector<std::int64_t>& lengths,
                      std::vector<std::string>& texts) {
  if (texts.empty()) {
    for (std::size_t done = 0; done < text.size(); done += kPiece) {
      check(MPI_Send(text.data() + done, piece_at(done, text.size()), MPI_CHAR, 0, 0, MPI_COMM_WORLD), "MPI_Send");
    }
    return;
  }
  texts[0] = text;
  for (std::size_t r = 1; r < texts.size(); ++r) {
    texts[r].resize(static_cast<std::size_t>(lengths[r]));
    for (std::size_t done = 0; done < texts[r].size(); done += kPiece) {
      check(MPI_Recv(texts[r].data() + done, piece_at(done, texts[r].size()), MPI_CHAR, static_cast<int>(r), 0,
                     MPI_COMM_WORLD, MPI_STATUS_IGNORE),
            "MPI_Recv");
    }
  }
}

}  // namespace

Mpi::Mpi() {
  // Open MPI's mpirun and every PMIx launcher (srun --mpi=pmix), those of MPICH and Intel MPI, srun --mpi=pmi2.
  constexpr std::array<const char*, 4> kLaunchers = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE"};
  started_ = std::any_of(kLaunchers.begin(), kLaunchers.end(), [](const char* name) { return std::getenv(name); });
  if (!started_) return;
  start_hdf5();
  check(MPI_Init(nullptr, nullptr), "MPI_Init");
  check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
  check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
}

Mpi::~Mpi() {
  if (started_) MPI_Finalize();
}

std::vector<std::string> Mpi::gather(const std::string& text) const {
  if (!started_) return {text};
  const auto length = static_cast<std::int64_t>(text.size());
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(size_));
  check(MPI_Allgather(&length, 1, MPI_INT64_T, lengths.data(), 1, MPI_INT64_T, MPI_COMM_WORLD), "MPI_Allgather");
  std::vector<std::string> texts(rank_ == 0 ? lengths.size() : 0);
  if (std::accumulate(lengths.begin(), lengths.end(), std::int64_t{0}) > static_cast<std::int64_t>(kPiece)) {
    gather_in_pieces(text, lengths, texts);
    return texts;
  }
  const std::vector<int> counts(lengths.begin(), lengths.end());
  std::vector<int> starts(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, starts.begin() + 1);
  std::string all(rank_ == 0 ? static_cast<std::size_t>(starts.back() + counts.back()) : 0, '\0');
  check(MPI_Gatherv(text.data(), static_cast<int>(length), MPI_CHAR, all.data(), counts.data(), starts.data(), MPI_CHAR,
                    0, MPI_COMM_WORLD),
        "MPI_Gatherv");
  for (std::size_t r = 0; r < texts.size(); ++r) {
    texts[r] = all.substr(static_cast<std::size_t>(starts[r]), static_cast<std::size_t>(counts[r]));
  }
  return texts;
}

std::vector<std::string> Mpi::gather_to_all(const std::string& text) const {
  if (!started_) return {text};
  const auto gathered = gather(text);
  std::string all;  // lengths, then texts
  for (const auto& of_rank : gathered) all += std::to_string(of_rank.size()) + ' ';
  for (const auto& of_rank : gathered) all += of_rank;
  all = broadcast(all);
  std::vector<std::size_t> lengths;
  std::size_t at = 0;
  for (int r = 0; r < size_; ++r, ++at) {
    const std::size_t end = all.find(' ', at);
    lengths.push_back(std::stoull(all.substr(at, end - at)));
    at = end;
  }
  std::vector<std::string> texts;
  for (const std::size_t length : lengths) {
    texts.push_back(all.substr(at, length));
    at += length;
  }
  return texts;
}

std::string Mpi::broadcast(const std::string& text) const {
  if (!started_) return text;
  auto length = static_cast<std::int64_t>(text.size());
  check(MPI_Bcast(&length, 1, MPI_INT64_T, 0, MPI_COMM_WORLD), "MPI_Bcast");
  std::string all = rank_ == 0 ? text : std::string(static_cast<std::size_t>(length), '\0');
  for (std::size_t done = 0; done < all.size(); done += kPiece) {
    const int count = piece_at(done, all.size());
    check(MPI_Bcast(all.data() + done, count, MPI_CHAR, 0, MPI_COMM_WORLD), "MPI_Bcast");
  }
  return all;
}

int Mpi::agree(int code) const {
  if (!started_) return code;
  int largest = code;
  check(MPI_Allreduce(&code, &largest, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD), "MPI_Allreduce");
  return largest;
}

void Mpi::sum(std::int64_t* values, std::size_t count) const {
  if (size_ == 1) return;
  for (std::size_t done = 0; done < count; done += kPiece) {
    check(MPI_Allreduce(MPI_IN_PLACE, values + done, piece_at(done, count), MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD),
          "MPI_Allreduce");
  }
}

void Mpi::together(const std::function<void()>& work) const {
  if (size_ == 1) return work();
  enum Failure : char { kNone = '0', kInput, kRun, kStopped };
  std::string failure(1, kNone);
  const auto failed = [&](Failure kind, const char* what) { failure = static_cast<char>(kind) + std::string(what); };
  try {
    work();
  } catch (const InputError& error) {
    failed(kInput, error.what());
  } catch (const Stopped& error) {
    failed(kStopped, error.what());
  } catch (const std::bad_alloc&) {
    failed(kRun, "out of memory");
  } catch (const std::exception& error) {
    failed(kRun, error.what());
  }
  if (agree(failure[0]) == kNone) return;
  for (const std::string& of_rank : gather_to_all(failure)) {
    const std::string what = of_rank.substr(1);
    if (of_rank[0] == kInput) throw InputError(what);
    if (of_rank[0] == kRun) throw RunError(what);
    if (of_rank[0] == kStopped) throw Stopped(what);
  }
}

void Mpi::poke() const {
  if (size_ == 1) return;
  int found = 0;
  MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, MPI_STATUS_IGNORE);
}

struct SharedCounters::Window {
  struct Question {
    MPI_Request request = MPI_REQUEST_NULL;
    std::int64_t answer = 0, known = 0;
    std::chrono::steady_clock::time_point asked;
  };
  MPI_Win handle = MPI_WIN_NULL;
  std::int64_t* memory = nullptr;
  std::vector<Question> questions;  ///< one a counter
};

SharedCounters::SharedCounters(const Mpi& mpi, int counters) {
  if (mpi.size() == 1) {
    own_.assign(static_cast<std::size_t>(counters), 0);
    return;
  }
  window_ = std::make_unique<Window>();
  window_->questions.resize(static_cast<std::size_t>(counters));
  const auto size = static_cast<MPI_Aint>(sizeof(std::int64_t));
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (MPI_Win_allocate(mpi.rank() == 0 ? counters * size : 0, static_cast<int>(size), MPI_INFO_NULL, MPI_COMM_WORLD,
                       &window_->memory, &window_->handle) != MPI_SUCCESS) {
    // Other ranks may have succeeded, and would wait for this one for ever.
    fmt::print(stderr,
               "gsrgnn: MPI has no one-sided communication between these ranks; with Open MPI 4, set "
               "OMPI_MCA_osc=pt2pt\n");
    MPI_Abort(MPI_COMM_WORLD, 3);
  }
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_ARE_FATAL);
  check(MPI_Win_lock_all(0, window_->handle), "MPI_Win_lock_all");
  if (mpi.rank() == 0) {
    std::fill_n(window_->memory, counters, 0);
    check(MPI_Win_sync(window_->handle), "MPI_Win_sync");
  }
  check(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier");
}

SharedCounters::~SharedCounters() {
  if (window_ == nullptr) return;
  for (auto& question : window_->questions) MPI_Wait(&question.request, MPI_STATUS_IGNORE);
  MPI_Win_unlock_all(window_->handle);
  MPI_Win_free(&window_->handle);
}

std::int64_t SharedCounters::draw(int counter) {
  if (window_ == nullptr) return own_[static_cast<std::size_t>(counter)]++;
  const std::int64_t one = 1;
  std::int64_t drawn = 0;
  check(MPI_Fetch_and_op(&one, &drawn, MPI_INT64_T, 0, counter, MPI_SUM, window_->handle), "MPI_Fetch_and_op");
  check(MPI_Win_flush(0, window_->handle), "MPI_Win_flush");
  return drawn;
}

std::int64_t SharedCounters::peek(int counter) {
  if (window_ == nullptr) return own_[static_cast<std::size_t>(counter)];
  constexpr auto kPeriod = std::chrono::seconds(1);
  Window::Question& question = window_->questions[static_cast<std::size_t>(counter)];
  const auto now = std::chrono::steady_clock::now();
  if (question.request == MPI_REQUEST_NULL) {
    if (now - question.asked < kPeriod) return question.known;
    question.asked = now;
    check(MPI_Rget_accumulate(nullptr, 0, MPI_INT64_T, &question.answer, 1, MPI_INT64_T, 0, counter, 1, MPI_INT64_T,
                              MPI_NO_OP, window_->handle, &question.request),
          "MPI_Rget_accumulate");
  }
  int answered = 0;
  check(MPI_Test(&question.request, &answered, MPI_STATUS_IGNORE), "MPI_Test");
  if (answered != 0) question.known = question.answer;
  return question.known;
}

}  // namespace gsrgnn
