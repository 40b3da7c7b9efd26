#include <algorithm>
#include <gsrgnn/cli/print_hot_spots.hpp>
#include <gsrgnn/cli/say.hpp>
#include <gsrgnn/util/text.hpp>

namespace gsrgnn::cli {
namespace {

constexpr double kHot = 0.1;  // of the GCells that have cells
constexpr std::size_t kNamed = 4;

std::string place_text(const GcellGrid& grid, std::int64_t gcell) {
  const auto row = static_cast<std::size_t>(gcell / grid.columns());
  const auto column = static_cast<std::size_t>(gcell % grid.columns());
  const auto& [x, y] = grid.border;
  return fmt::format("({:g}, {:g}) to ({:g}, {:g})", x[column], y[row], x[column + 1], y[row + 1]);
}

std::string cells_text(const Circuit& circuit, const std::vector<std::int32_t>& cells) {
  std::string text = plural(static_cast<std::int64_t>(cells.size()), "cell");
  if (circuit.cell_name.empty()) return text;
  for (std::size_t i = 0; i < std::min(kNamed, cells.size()); ++i) {
    text += (i == 0 ? ": " : ", ") + circuit.cell_name[cells[i]];
  }
  return text + (cells.size() > kNamed ? ", ..." : "");
}

}  // namespace

void print_hot_spots(const Circuit& circuit, const GcellValues& predicted, const GcellValues* label, std::size_t most) {
  const auto cells = cells_of_gcells(circuit, predicted.grid);
  const std::vector<std::int64_t> order = predicted.hottest();
  say("hottest of {} GCells, by prediction:\n", with_commas(static_cast<std::int64_t>(order.size())));
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i) {
    const std::int64_t g = order[i];
    say("{:>5}  {}  {:.4g}  {}\n", i + 1, place_text(predicted.grid, g), predicted.value[g],
        cells_text(circuit, cells[g]));
  }
  if (label == nullptr) return;
  const double hot = threshold_of_share(*label, kHot), predicted_hot = threshold_of_share(predicted, kHot);
  std::vector<std::int64_t> missed;
  std::int64_t all = 0;
  for (const std::int64_t g : label->hottest()) {
    if (label->value[g] < hot) break;
    ++all;
    if (predicted.value[g] < predicted_hot) missed.push_back(g);
  }
  say("{} are in the hottest tenth by their label ({:.4g} or more), {} of them not by prediction ({:.4g} or more)",
      plural(all, "GCell"), hot, missed.size(), predicted_hot);
  say("{}\n", missed.empty() ? "" : "; missed:");
  for (std::size_t i = 0; i < std::min(most, missed.size()); ++i) {
    const std::int64_t g = missed[i];
    say("{:>5}  {}  {:.4g}, predicted {:.4g}  {}\n", i + 1, place_text(predicted.grid, g), label->value[g],
        predicted.value[g], cells_text(circuit, cells[g]));
  }
}

}  // namespace gsrgnn::cli
