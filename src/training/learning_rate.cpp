#include <cmath>
#include <gsrgnn/training/learning_rate.hpp>

namespace gsrgnn {

double learning_rate(const Deck& deck, std::int64_t number, std::int64_t an_epoch) {
  const auto of_epochs = [&](int epochs) { return static_cast<double>(epochs) * static_cast<double>(an_epoch); };
  const double full = deck.train.learning_rate, rising = of_epochs(deck.train.warm_up);
  const auto at = static_cast<double>(number);
  if (at <= rising) return full * at / rising;
  if (deck.train.schedule == Schedule::constant) return full;
  const double done = (at - 1 - rising) / (of_epochs(deck.train.epochs) - rising);
  if (deck.train.schedule == Schedule::step) return done < 0.5 ? full : full / (done < 0.75 ? 10 : 100);
  constexpr double kPi = 3.14159265358979323846;
  return full / 2 * (1 + std::cos(kPi * done));
}

}  // namespace gsrgnn
