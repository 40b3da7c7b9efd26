// What sharing a sweep among ranks costs, at sizes that no test reaches: a simulation of campaign/sweep.cpp with the
// measured cost of one draw.
//
//   mpirun -n 2 build/release/bin/simulate_scheduler [--ranks=1000] [--runs=100000] [--draw=SECONDS] [--mean=SECONDS]
//
// The ranks hold one list of runs, longest first by the cost model, and each draws the index of its next run from a
// counter on rank 0; a second draw numbers the line that it prints at the end of a run. Rank 0 answers one draw at a
// time, in the order of arrival, in `draw` seconds: by default what a draw costs the ranks that this is started with,
// all but rank 0 drawing at once. Two kinds of network: one with remote atomics, where rank 0's processor takes no
// part; and one where draws wait until rank 0 is between two epochs of its own run, of which it has 250. Runs are as
// long as the cost model has them on one core, and then scaled to a mean of `mean` seconds (1 by default).
//
// What is simulated: the queue at rank 0, and runs whose true length is off the cost model's by a factor of up to two
// either way. What is not: file systems, and ranks that slow each other down. The memory that a rank needs for the list
// is counted besides.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <gsrgnn/campaign/sweep_deck.hpp>
#include <gsrgnn/training/cost_model.hpp>
#include <gsrgnn/util/error.hpp>
#include <gsrgnn/util/mpi.hpp>
#include <gsrgnn/util/random.hpp>
#include <numeric>
#include <queue>

namespace gsrgnn {
namespace {

constexpr int kEpochs = 250;

struct Options {
  std::int64_t ranks = 1000, runs = 100000;
  double draw = 0, mean = 1;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string text = argv[i];
    const auto equals = text.find('=');
    const std::string key = text.substr(0, equals);
    char* end = nullptr;
    const double value = equals == std::string::npos ? -1 : std::strtod(text.c_str() + equals + 1, &end);
    if (!(value > 0) || *end != '\0') throw InputError(text, "is not an option", "write --KEY=NUMBER, above 0");
    if (key == "--ranks") {
      options.ranks = static_cast<std::int64_t>(value);
    } else if (key == "--runs") {
      options.runs = static_cast<std::int64_t>(value);
    } else if (key == "--draw") {
      options.draw = value;
    } else if (key == "--mean") {
      options.mean = value;
    } else {
      throw InputError(text, "is not an option", "known are --ranks, --runs, --draw, --mean");
    }
  }
  return options;
}

/// Seconds between two draws that rank 0 answers when all others draw at once. Checked: each number is drawn once.
double measured_draw(const Mpi& mpi) {
  constexpr std::int64_t kDraws = 20000;
  SharedCounters counters(mpi, 2);
  std::int64_t own = 0, sum = 0;
  const auto start = std::chrono::steady_clock::now();
  while (mpi.rank() > 0 || mpi.size() == 1) {
    const std::int64_t drawn = counters.draw(0);
    if (drawn >= kDraws) break;
    ++own;
    sum += drawn;
  }
  const auto gathered = mpi.gather(fmt::format("{} {}", own, sum));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::int64_t all = 0, total = 0;
  for (const auto& text : gathered) {
    all += std::stoll(text);
    total += std::stoll(text.substr(text.find(' ')));
  }
  if (mpi.rank() == 0 && (all != kDraws || total != kDraws * (kDraws - 1) / 2)) {
    throw RunError(fmt::format("{} of {} numbers were drawn, and not each once", all, kDraws));
  }
  return seconds / kDraws;
}

/// The runs of a sweep as the paper's figures need it: circuits of Table 1's sizes, depths, k, widths, and seeds until
/// there are enough.
std::vector<Deck> decks_of_sweep(std::int64_t runs) {
  std::vector<Deck> decks;
  for (std::uint64_t seed = 0;; ++seed) {
    for (const char* like :
         {"5324-F", "4474-F", "876-R", "1522-R", "1886-R", "639-R", "356-R", "6859-F", "6227-F", "7157-R"}) {
      for (int layers = 10; layers <= 100; layers += 10) {
        for (const int hidden : {256, 384}) {
          for (const int k : {4, 8, 16, 32, 64}) {
            if (static_cast<std::int64_t>(decks.size()) == runs) return decks;
            Deck deck;
            deck.generate.like = like;
            deck.model.layers = layers;
            deck.model.hidden = hidden;
            deck.model.k = k;
            deck.train.epochs = kEpochs;
            deck.train.seed = seed;
            decks.push_back(deck);
          }
        }
      }
    }
  }
}

struct Simulated {
  double makespan = 0, work = 0, waiting = 0, longest_queue = 0, longest = 0;
  std::int64_t draws = 0, done = 0;
};

/// Events in the order of time: a rank asks for its next run, or tells that one has ended.
Simulated simulate(const std::vector<double>& seconds, std::int64_t ranks, double draw, double epoch) {
  struct Event {
    double time;
    std::int64_t rank;
    bool after_run;
    bool operator>(const Event& other) const { return time != other.time ? time > other.time : rank > other.rank; }
  };
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  for (std::int64_t rank = 0; rank < ranks; ++rank) events.push({0, rank, false});
  Simulated s;
  double server_free = 0;
  std::size_t next = 0;
  while (!events.empty()) {
    const Event event = events.top();
    events.pop();
    // Rank 0's own draws need nobody's help, but may have to wait here for others that it hears only later: too long,
    // like the draws of others after rank 0's last run, which it in truth answers at once.
    const double heard = epoch > 0 && event.rank != 0 ? std::ceil(event.time / epoch) * epoch : event.time;
    const double answered = std::max(heard, server_free) + draw;
    server_free = std::max(server_free, answered);
    ++s.draws;
    s.waiting += answered - event.time;
    s.longest_queue = std::max(s.longest_queue, answered - event.time);
    s.makespan = std::max(s.makespan, answered);
    if (event.after_run) {
      ++s.done;
      events.push({answered, event.rank, false});
      continue;
    }
    if (next == seconds.size()) continue;  // nothing left: the rank waits for the others
    const double length = seconds[next++];
    s.work += length;
    s.longest = std::max(s.longest, length);
    events.push({answered + length, event.rank, true});
  }
  return s;
}

void run(const Options& options) {
  const Mpi mpi;
  const double measured = measured_draw(mpi);
  if (mpi.rank() != 0) return;
  const double draw = options.draw > 0 ? options.draw : measured;
  const std::vector<Deck> decks = decks_of_sweep(options.runs);
  std::vector<double> seconds;
  // Sizes as in Table 1; cells and pins are what the cost model looks at.
  const std::vector<std::pair<std::string, std::int64_t>> cells = {
      {"5324-F", 69800}, {"4474-F", 65300}, {"876-R", 49600},  {"1522-R", 49500}, {"1886-R", 49100},
      {"639-R", 49100},  {"356-R", 49000},  {"6859-F", 44300}, {"6227-F", 43400}, {"7157-R", 38700}};
  for (const Deck& deck : decks) {
    const auto size =
        std::find_if(cells.begin(), cells.end(), [&](const auto& c) { return c.first == deck.generate.like; });
    CircuitCounts counts;
    counts.cells = size->second;
    counts.pins = 4 * size->second;
    seconds.push_back(predicted_seconds(deck, counts));
  }
  std::sort(seconds.begin(), seconds.end(), std::greater<>());
  Random random(1);
  for (double& length : seconds) length *= std::exp2(2 * random.uniform() - 1);

  // What each rank holds: names and identities of all runs.
  double bytes = 0;
  const std::size_t sample = std::min<std::size_t>(decks.size(), 1000);
  for (std::size_t i = 0; i < sample; ++i) {
    const Deck& deck = decks[i * (decks.size() / sample)];
    const std::string identity = deck_identity(deck);
    bytes +=
        static_cast<double>(sizeof(SweepRun) + identity.size() + run_name(deck, identity).size() + sizeof(double)) /
        static_cast<double>(sample);
  }
  fmt::print("one draw: {:.2f} us ({})\n", draw * 1e6,
             options.draw > 0 ? "given" : fmt::format("measured, {} at once", std::max(mpi.size() - 1, 1)));
  fmt::print("{} runs; each rank holds {:.0f} MB of them, broadcast once\n", options.runs,
             bytes * static_cast<double>(options.runs) * 1e-6);
  fmt::print("{:<22}{:>7}{:>9}{:>12}{:>11}{:>13}{:>10}{:>10}{:>13}\n", "network", "ranks", "runs", "mean run s",
             "draws", "draws/s", "waiting", "idle", "longest wait");
  const double mean = std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(options.runs);
  for (const double scale : {1.0, options.mean / mean}) {
    std::vector<double> scaled;
    for (const double length : seconds) scaled.push_back(length * scale);
    for (const bool atomics : {true, false}) {
      for (std::int64_t ranks = std::max<std::int64_t>(options.ranks / 100, 1); ranks <= options.ranks; ranks *= 10) {
        const Simulated s = simulate(scaled, ranks, draw, atomics ? 0 : mean * scale / kEpochs);
        const auto n = static_cast<double>(ranks), rank_seconds = n * s.makespan;
        if (s.done != options.runs || s.draws != 2 * options.runs + ranks ||
            s.makespan < std::max(s.work / n, s.longest)) {
          throw RunError(
              fmt::format("the simulation is wrong: {} runs done, {} draws, {} s", s.done, s.draws, s.makespan));
        }
        fmt::print("{:<22}{:>7}{:>9}{:>12.1f}{:>11}{:>13.1f}{:>9.4f}%{:>9.3f}%{:>11.6f} s\n",
                   atomics ? "remote atomics" : "rank 0 between epochs", ranks, s.done, mean * scale, s.draws,
                   static_cast<double>(s.draws) / s.makespan, 100 * s.waiting / rank_seconds,
                   100 * (1 - (s.work + s.waiting) / rank_seconds), s.longest_queue);
      }
    }
  }
  fmt::print(
      "waiting: share of the ranks' time in draws; idle: after their last run, for the others' ends.\n"
      "Beside the draws each rank asks once a second, without waiting, whether another was told to stop: {} messages a "
      "second.\n",
      options.ranks);
}

}  // namespace
}  // namespace gsrgnn

int main(int argc, char** argv) {
  try {
    gsrgnn::run(gsrgnn::read_options(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "simulate_scheduler: {}\n", error.what());
    return 1;
  }
  return 0;
}
