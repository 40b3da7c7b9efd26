#include <mpi.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/hdf5_file.hpp>
#include <gsrgnn/util/standard_streams.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn {
namespace {

void check(int code, const char* call) {
  if (code != MPI_SUCCESS) throw RunError(fmt::format("{} failed with code {}", call, code));
}

/// MPI counts in ints: what is longer goes in pieces of so many elements, each by call(first element, their number).
template <class T, class Call>
void in_pieces(T* data, std::size_t size, const char* name, const Call& call) {
  constexpr std::size_t kPiece = std::size_t{1} << 27U;
  for (std::size_t done = 0; done < size; done += kPiece) {
    check(call(data + done, static_cast<int>(std::min(kPiece, size - done))), name);
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

void Mpi::require_joined() const {
  // The innermost launcher counts: mpirun of a Slurm job, and then a step of it. The job itself may have more tasks
  // than were started.
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"}) {
    const char* const text = std::getenv(name);
    int processes = 0;
    if (text == nullptr || !parse_decimal(text, processes)) continue;
    if (processes > 1 && size_ == 1) {
      throw InputError(fmt::format("{}={}", name, processes), "that many processes were started, and MPI joins none",
                       "start them by mpirun or srun --mpi=pmix, or one alone by srun --ntasks=1");
    }
    return;
  }
}

std::vector<std::string> Mpi::gather(const std::string& text) const {
  if (!started_) return {text};
  const auto length = static_cast<std::int64_t>(text.size());
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(size_));
  check(MPI_Gather(&length, 1, MPI_INT64_T, lengths.data(), 1, MPI_INT64_T, 0, MPI_COMM_WORLD), "MPI_Gather");
  if (rank_ > 0) {
    in_pieces(text.data(), text.size(), "MPI_Send",
              [](const char* at, int count) { return MPI_Send(at, count, MPI_CHAR, 0, 0, MPI_COMM_WORLD); });
    return {};
  }
  std::vector<std::string> texts{text};
  for (int rank = 1; rank < size_; ++rank) {
    std::string& of_rank = texts.emplace_back(static_cast<std::size_t>(lengths[static_cast<std::size_t>(rank)]), '\0');
    in_pieces(of_rank.data(), of_rank.size(), "MPI_Recv", [&](char* at, int count) {
      return MPI_Recv(at, count, MPI_CHAR, rank, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    });
  }
  return texts;
}

std::string Mpi::broadcast(const std::string& text) const {
  if (!started_) return text;
  auto length = static_cast<std::int64_t>(text.size());
  check(MPI_Bcast(&length, 1, MPI_INT64_T, 0, MPI_COMM_WORLD), "MPI_Bcast");
  std::string all = rank_ == 0 ? text : std::string(static_cast<std::size_t>(length), '\0');
  in_pieces(all.data(), all.size(), "MPI_Bcast",
            [](char* at, int count) { return MPI_Bcast(at, count, MPI_CHAR, 0, MPI_COMM_WORLD); });
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
  in_pieces(values, count, "MPI_Allreduce", [](std::int64_t* at, int some) {
    return MPI_Allreduce(MPI_IN_PLACE, at, some, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
  });
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
  for (const std::string& of_rank : gather_to_all(*this, failure)) {
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
    write_error_line(
        "gsrgnn: MPI has no one-sided communication between these ranks; with Open MPI 4, set OMPI_MCA_osc=pt2pt");
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
