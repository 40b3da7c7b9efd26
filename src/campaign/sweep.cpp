#include <algorithm>
#include <chrono>
#include <filesystem>
#include <gsrgnn/campaign/run_record.hpp>
#include <gsrgnn/campaign/sweep.hpp>
#include <gsrgnn/circuit/open_circuit.hpp>
#include <gsrgnn/training/checkpoint.hpp>
#include <gsrgnn/training/cost_model.hpp>
#include <gsrgnn/training/epoch_log.hpp>
#include <gsrgnn/training/memory_plan.hpp>
#include <gsrgnn/training/run_file.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/exchange.hpp>
#include <gsrgnn/util/hash.hpp>
#include <gsrgnn/util/signals.hpp>
#include <gsrgnn/util/standard_streams.hpp>
#include <gsrgnn/util/text.hpp>
#include <gsrgnn/util/write_file.hpp>
#include <numeric>
#include <thread>
#include <unordered_map>

namespace gsrgnn {
namespace {

using Clock = std::chrono::steady_clock;

/// What the one that waits for the last runs of a folder claims.
const std::uint64_t kWaiting = identity_hash("gsrgnn: waits for the runs of others");

/// The counters that ranks draw from.
enum Counter { kNext, kEnded, kStops, kCounters };

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What a rank says while it works, on the standard output that it shares with the others: lines, several at a time and
/// in one call. Those of ranks do not mix, and mpirun, which forwards them, does not take the core away after every run
/// (where none was idle, that took 1.5 ms a line).
class RankLines {
 public:
  RankLines() = default;
  ~RankLines() { flush(); }
  RankLines(const RankLines&) = delete;
  RankLines& operator=(const RankLines&) = delete;

  void say(const std::string& line) {
    if (held_.size() + line.size() >= kAtomic) flush();
    held_ += line;
    std::replace(held_.end() - static_cast<std::ptrdiff_t>(line.size()), held_.end(), '\n', ' ');
    held_ += '\n';
    tick();
  }
  /// Writes what has been held back for some time; to be called now and then. Cheap.
  void tick() {
    if (!held_.empty() && Clock::now() - written_ >= std::chrono::milliseconds(200)) flush();
  }

 private:
  static constexpr std::size_t kAtomic = 4096;  // what a pipe takes in one piece

  void flush() {
    flush_output();  // what is in there would take of the piece
    write_output(printable(held_));
    flush_output();
    held_.clear();
    written_ = Clock::now();
  }

  std::string held_;
  Clock::time_point written_;
};

/// A run's circuits. That of a training of one is kept, for many runs share it.
class RunCircuits {
 public:
  /// To be used until the next is opened.
  TrainingCircuits open(const Deck& deck) {
    if (deck.mode == Mode::joint) return open_circuits(Mpi::alone(), deck);
    const std::string key = circuit_key(deck);
    if (key != key_) {
      key_.clear();
      circuit_ = open_circuit(deck);
      key_ = key;
    }
    return one_circuit(deck, circuit_, circuit_place(deck));
  }

 private:
  std::string key_;
  Circuit circuit_;
};

/// Of a joint deck what an epoch goes through: its training and validation circuits together.
CircuitCounts sizes_of(const Deck& deck) {
  if (deck.mode == Mode::independent) return count(open_circuit(deck));
  CircuitCounts sum;
  for (const auto* list : {&deck.circuits.training, &deck.circuits.validation}) {
    for (const std::string& path : *list) {
      const CircuitCounts one = count(open_circuit(path));
      sum.cells += one.cells;
      sum.nets += one.nets;
      sum.pins += one.pins;
      sum.edges += one.edges;
      sum.bin_pins += one.bin_pins;
    }
  }
  return sum;
}

/// The circuits of a sweep's runs, each once.
struct SweptCircuits {
  std::vector<std::string> decks;   ///< of a run with that circuit or those circuits
  std::vector<std::size_t> of_run;  ///< numbers, by run
};

SweptCircuits circuits_of(const SweepDeck& sweep) {
  SweptCircuits circuits;
  std::unordered_map<std::string, std::size_t> numbers;
  for (std::size_t run = 0; run < sweep.runs.size(); ++run) {
    const auto [found, is_new] = numbers.emplace(circuit_key(sweep.decks[run]), numbers.size());
    circuits.of_run.push_back(found->second);
    if (is_new) circuits.decks.push_back(sweep.runs[run].identity);
  }
  return circuits;
}

/// The sizes of the circuits of such decks; zeros where one cannot be opened. Each rank opens a share.
std::vector<CircuitCounts> sizes_of_circuits(const Mpi& mpi, const std::vector<std::string>& decks) {
  const auto rank = static_cast<std::size_t>(mpi.rank()), ranks = static_cast<std::size_t>(mpi.size());
  std::vector<CircuitCounts> own;
  for (std::size_t number = rank; number < decks.size(); number += ranks) {
    own.emplace_back();
    try {
      own.back() = sizes_of(parse_deck(decks[number], "circuit"));
    } catch (const std::exception&) {
      // Recorded, with its reason, by whoever draws such a run.
    }
  }
  const auto of_ranks = gather_to_all(mpi, own);
  std::vector<CircuitCounts> counts;
  for (std::size_t number = 0; number < decks.size(); ++number) {
    counts.push_back(of_ranks[number % ranks][number / ranks]);
  }
  return counts;
}

/// One rank's work.
class Worker {
 public:
  Worker(const Mpi& mpi, const Sweep& sweep, SharedCounters& counters, RankReport& report, bool leave)
      : mpi_(mpi), sweep_(sweep), counters_(counters), report_(report), leave_(leave), locks_(sweep.folder) {}

  void work() {
    std::vector<std::size_t> elsewhere;  // being trained by another sweep
    while (goes_on()) {
      const auto i = static_cast<std::size_t>(counters_.draw(kNext));
      if (i >= sweep_.runs.size()) break;
      if (!visit(i)) elsewhere.push_back(i);
    }
    report_.until = since(start_);
    if (elsewhere.empty() || !goes_on()) return;
    if (leave_ && !locks_.claim(kWaiting)) {
      report_.left = elsewhere.size();
      lines_.say(fmt::format("rank {} leaves {} to the processes that work on them, and one that waits", mpi_.rank(),
                             elsewhere.size() == 1 ? "1 run" : fmt::format("{} runs", elsewhere.size())));
      return;
    }
    lines_.say(fmt::format("rank {} waits for {} runs that another sweep on {} works on", mpi_.rank(), elsewhere.size(),
                           sweep_.folder));
    // Another sweep ends its runs, or dies and so gives up its locks: polling finds out either.
    while (!elsewhere.empty() && goes_on()) {
      const auto still = std::remove_if(elsewhere.begin(), elsewhere.end(), [&](std::size_t i) { return visit(i); });
      const bool none = still == elsewhere.end();
      elsewhere.erase(still, elsewhere.end());
      mpi_.poke();
      lines_.tick();
      if (none) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

 private:
  /// Why to stop, or "": a signal came, to this rank or to another.
  const std::string& why_stop() {
    if (!report_.stop.empty()) return report_.stop;
    report_.stop = stop_signal();
    signalled_ = !report_.stop.empty();
    if (!signalled_ && counters_.peek(kStops) > 0) report_.stop = "a signal to another rank";
    return report_.stop;
  }

  /// Between runs. The others are told here and not where the signal is noticed, for the checkpoint comes first: mpirun
  /// that is killed leaves a rank one second, and rank 0 may take longer to answer.
  bool goes_on() {
    const bool stop = !why_stop().empty();
    if (std::exchange(signalled_, false)) counters_.draw(kStops);
    return !stop && report_.trouble.empty();
  }

  /// False when another process works on the run.
  bool visit(std::size_t i) {
    if (!goes_on()) return false;
    const SweepRun& run = sweep_.runs[i];
    std::string why;
    if (run_state(sweep_.folder, run, why) == RunState::complete) return ended(i, RunEnd::already_there, "", 0);
    const RunClaim claim(locks_, identity_hash(run.identity));
    if (!claim.held()) return false;
    const RunState state = run_state(sweep_.folder, run, why);  // another sweep may have ended it since
    if (state == RunState::complete) return ended(i, RunEnd::already_there, "", 0);
    if (state == RunState::damaged) lines_.say(fmt::format("{}; it is trained again", why));
    Failure failure;
    if (read_final_failure(sweep_.folder, run, failure)) return ended(i, RunEnd::failed, failure.reason, 0);
    train_and_write(i);
    return true;
  }

  void train_and_write(std::size_t i) {
    const SweepRun& run = sweep_.runs[i];
    const auto start = Clock::now();
    bool began = false, writing = false;
    std::string stopped;
    Failure failure;
    double pearson = 0;
    try {
      Deck deck = parse_deck(run.identity, run.name);
      deck.output = run_path(sweep_.folder, run);
      deck.checkpoint = sweep_.checkpoint;
      deck.memory_limit = sweep_.memory_limit;
      deck.keep = sweep_.keep;
      const auto report = [&](const TrainingProgress&) {
        began = true;
        mpi_.poke();
        lines_.tick();
      };
      CheckpointOptions options;
      options.resume = options.restart_when_refused = options.log = true;
      options.stop = [&] { return why_stop(); };
      options.say = [&](const std::string& text) { lines_.say(fmt::format("{}  {}", run.name, text)); };
      const Mpi alone = Mpi::alone();
      const TrainingCircuits circuits = circuits_.open(deck);
      const TrainedRun trained = train_with_checkpoints(alone, deck, circuits, report, options);
      writing = true;
      write_run(deck.output, deck, circuits, trained);
      remove_checkpoints(deck.output);
      std::error_code ignored;
      std::filesystem::remove(log_path(deck.output), ignored);  // what it tells is in the run file
      pearson = mean_scores(trained.test).pearson;
      std::filesystem::remove(failure_path(sweep_.folder, run), ignored);
    } catch (const Stopped& stop) {
      stopped = stop.what();
    } catch (const InputError& error) {
      failure = {error.what(), 2, false};
    } catch (const RunError& error) {
      // One that could not write its checkpoint when it was asked to stop has not diverged.
      writing = writing || !report_.stop.empty();
      failure = {error.what(), 3, began && !writing};
    } catch (const std::bad_alloc&) {
      failure = {"out of memory", 3, false};
    } catch (const std::exception& error) {
      failure = {error.what(), 3, false};
    }
    const double seconds = since(start);
    report_.at_work += seconds;
    if (!stopped.empty()) {
      lines_.say(fmt::format("{}  {}  rank {}", run.name, stopped, mpi_.rank()));
      return;
    }
    if (failure.reason.empty()) {
      ended(i, RunEnd::trained, "", seconds, fmt::format("Pearson {:.4f}", pearson));
      return;
    }
    // What cannot be written once will hardly be the next time, after more hours of training.
    if (writing) report_.trouble = failure.reason;
    if (failure.final) remove_checkpoints(run_path(sweep_.folder, run));
    const bool written = write_failure(sweep_.folder, run, failure);
    ended(i, RunEnd::failed, failure.reason, seconds,
          fmt::format("failed{}: {}", written ? "" : " (which could not be recorded)", failure.reason));
  }

  bool ended(std::size_t i, RunEnd end, const std::string& reason, double seconds, const std::string& text = "") {
    report_.runs.push_back({i, end, reason});
    const std::int64_t number = counters_.draw(kEnded) + 1;
    if (!text.empty()) {
      lines_.say(fmt::format("[{}/{}] {}  {}  {:.1f} s  rank {}", number, sweep_.runs.size(), sweep_.runs[i].name, text,
                             seconds, mpi_.rank()));
    }
    return true;
  }

  const Mpi& mpi_;
  const Sweep& sweep_;
  SharedCounters& counters_;
  RankReport& report_;
  bool leave_;
  bool signalled_ = false;  ///< and the others do not know yet
  RunLocks locks_;
  RunCircuits circuits_;
  RankLines lines_;
  Clock::time_point start_ = Clock::now();
};

/// The runs, longest first.
Sweep in_order(SweepDeck deck, const SweptCircuits& circuits, const std::vector<CircuitCounts>& counts) {
  std::vector<double> seconds;
  for (std::size_t run = 0; run < deck.runs.size(); ++run) {
    seconds.push_back(predicted_seconds(deck.decks[run], counts[circuits.of_run[run]]));
  }
  std::vector<std::size_t> order(seconds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return seconds[a] > seconds[b]; });
  const std::vector<SweepRun> runs = std::exchange(deck.runs, {});
  deck.decks.clear();
  Sweep sweep{std::move(deck), {}};
  for (const std::size_t run : order) {
    sweep.runs.push_back(runs[run]);
    sweep.seconds.push_back(seconds[run]);
  }
  return sweep;
}

/// Finds out what runs would take without building them, which for a thousand takes minutes.
class SweepPlanner {
 public:
  explicit SweepPlanner(const Sweep& sweep) : sweep_(sweep) {}

  /// Bytes. Throws what the training would before it takes any of them, as far as that follows from deck and circuit;
  /// of runs on one circuit from scratch, the first is prepared for training for the others.
  std::int64_t plan(std::size_t run) {
    const Deck deck = deck_of(run);
    const std::int64_t limit = memory_limit(Mpi::alone(), deck), keep = keep_within(deck, limit);
    if (deck.mode == Mode::joint) return fitting(MemoryPlan(circuits_.open(deck), keep, limit), deck, limit);
    const std::string key = circuit_key(deck);
    if (key != key_ || !deck.train.from.empty()) {
      key_.clear();
      const TrainingCircuits circuits = circuits_.open(deck);
      size_ = size_for_training(deck, *circuits.held.front().circuit, circuit_place(deck));
      key_ = key;
    }
    size_.weighted = has_weights(deck);
    return fitting(MemoryPlan(deck.model, size_, keep), deck, limit);
  }
  void build(std::size_t run) {
    const Deck deck = deck_of(run);
    validate_training(Mpi::alone(), deck, circuits_.open(deck));
  }

 private:
  Deck deck_of(std::size_t run) const {
    Deck deck = parse_deck(sweep_.runs[run].identity, sweep_.runs[run].name);
    deck.memory_limit = sweep_.memory_limit;
    deck.keep = sweep_.keep;
    return deck;
  }
  static std::int64_t fitting(const MemoryPlan& plan, const Deck& deck, std::int64_t limit) {
    require_fit(plan, deck, limit);
    return plan.planned();
  }

  const Sweep& sweep_;
  RunCircuits circuits_;
  std::string key_;  ///< of the circuit that size_ is of
  CircuitSize size_;
};

}  // namespace

std::optional<Sweep> prepare_sweep(const Mpi& mpi, const std::string& deck, const std::vector<std::string>& overrides,
                                   bool make_folder) {
  std::optional<SweepDeck> read;
  std::exception_ptr error;
  if (mpi.rank() == 0) {
    try {
      SweepDeck of_rank_0 = read_sweep_deck(deck, overrides);
      if (make_folder) {  // known before the first run, not after it; one that was made and cannot be used does not
                          // stay
        check_writable((std::filesystem::path(of_rank_0.folder) / "sweep.h5").string());
        RunLocks locks(of_rank_0.folder);
        clean_sweep_folder(of_rank_0.folder, of_rank_0.runs, locks);
      }
      read = std::move(of_rank_0);
    } catch (...) {
      error = std::current_exception();
    }
  }
  const bool good = broadcast(mpi, read.has_value());
  if (error) std::rethrow_exception(error);
  if (!good) return std::nullopt;
  // One rank has read the deck; all look at the circuits, which takes longer.
  SweptCircuits circuits;
  if (read) circuits = circuits_of(*read);
  const auto counts = sizes_of_circuits(mpi, broadcast(mpi, circuits.decks));
  Sweep sweep;
  if (read) sweep = in_order(std::move(*read), circuits, counts);
  sweep = broadcast(mpi, std::move(sweep));
  if (sweep.memory_limit == 0) sweep.memory_limit = share_of_device(mpi);
  return sweep;
}

RankReport work_on_sweep(const Mpi& mpi, const Sweep& sweep, bool leave) {
  RankReport report;
  SharedCounters counters(mpi, kCounters);
  try {
    Worker(mpi, sweep, counters, report, leave).work();
  } catch (const std::exception& error) {  // the others wait for this rank: it must not leave by an exception
    report.trouble = error.what();
  }
  return report;
}

std::vector<PlannedRun> validate_sweep(const Mpi& mpi, const Sweep& sweep) {
  std::vector<PlannedRun> own;
  SweepPlanner planner(sweep);
  SharedCounters counters(mpi, kCounters);
  for (;;) {
    const auto i = static_cast<std::size_t>(counters.draw(kNext));
    if (i >= sweep.runs.size()) break;
    PlannedRun row{i, 0, ""};
    try {
      row.bytes = planner.plan(i);
    } catch (const std::exception& error) {
      row.reason = error.what();
    }
    own.push_back(row);
  }
  auto rows = join_all(mpi, own);
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.run < b.run; });
  const auto largest = std::max_element(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::make_pair(a.reason.empty(), a.bytes) < std::make_pair(b.reason.empty(), b.bytes);
  });
  if (mpi.rank() > 0 || largest == rows.end() || !largest->reason.empty()) return rows;
  try {
    planner.build(largest->run);
  } catch (const std::exception& error) {
    largest->reason = error.what();
  }
  return rows;
}

}  // namespace gsrgnn
