#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/soft_routes.hpp>

namespace gsrgnn {
namespace {

constexpr int kIn = RouteCandidates::kFeatures, kWidth = 32, kRoutes = RouteCandidates::kRoutes, kWeights = 2 * kRoutes,
              kCosts = RouteCandidates::kCosts, kWindow = 9 * RouteCandidates::kLocal + 1;
constexpr float kLargestWeight = 4;   // exp(4): no weight of a route runs away
constexpr std::int64_t kChunk = 256;  // edges whose gradients are summed in float

/// The parameters, or their gradient, by name.
template <class T>
struct Arrays {
  T w1[kIn][kWidth], b1[kWidth], w2[kWidth][kWidth], b2[kWidth];
  T choice[kWidth][kRoutes], choice_bias[kRoutes], weight[kWidth][kWeights], weight_bias[kWeights], cost[kCosts];
  T window[2][kWindow];
  T scale;
};
constexpr std::size_t kSize = sizeof(Arrays<float>) / sizeof(float);

const Arrays<float>& arrays(const std::vector<float>& parameters) {
  return *reinterpret_cast<const Arrays<float>*>(parameters.data());
}

/// An edge's way through the network.
struct Forward {
  float u1[kWidth], u2[kWidth], share[kRoutes], weight[kWeights];
  bool free[kWeights];  ///< the weight is not at its bound
};

template <int N, int M>
void add_product(const float* x, const float (&w)[N][M], float (&y)[M]) {
  for (int i = 0; i < N; ++i) {
    for (int j = 0; j < M; ++j) y[j] += x[i] * w[i][j];
  }
}
template <int M>
void start_from(const float (&bias)[M], float (&y)[M]) {
  std::copy_n(bias, M, y);
}

Forward run(const Arrays<float>& p, const float* feature, const float* cost) {
  Forward f;
  start_from(p.b1, f.u1);
  add_product(feature, p.w1, f.u1);
  for (float& u : f.u1) u = std::max(u, 0.0F);
  start_from(p.b2, f.u2);
  add_product(f.u1, p.w2, f.u2);
  for (float& u : f.u2) u = std::max(u, 0.0F);
  start_from(p.choice_bias, f.share);
  add_product(f.u2, p.choice, f.share);
  for (int r = 0; r < kRoutes; ++r) {
    for (int c = 0; c < kCosts; ++c) f.share[r] += cost[r * kCosts + c] * p.cost[c];
  }
  const float most = *std::max_element(f.share, f.share + kRoutes);
  float sum = 0;
  for (float& share : f.share) sum += share = std::exp(share - most);
  for (float& share : f.share) share /= sum;
  start_from(p.weight_bias, f.weight);
  add_product(f.u2, p.weight, f.weight);
  for (int r = 0; r < kWeights; ++r) {
    f.free[r] = std::abs(f.weight[r]) < kLargestWeight;
    f.weight[r] = std::exp(std::clamp(f.weight[r], -kLargestWeight, kLargestWeight));
  }
  return f;
}

/// dW += x^T dy, dx = W dy where x was positive.
template <int N, int M>
void take_back(const float* x, const float (&w)[N][M], const float (&dy)[M], float (&dw)[N][M], float* dx) {
  for (int i = 0; i < N; ++i) {
    float sum = 0;
    for (int j = 0; j < M; ++j) {
      dw[i][j] += x[i] * dy[j];
      sum += w[i][j] * dy[j];
    }
    if (dx != nullptr) dx[i] += sum;
  }
}

/// Calls visit(place in the window, GCell) for the GCells around one that are on the die.
template <class Visit>
void for_each_around(const RouteCandidates& c, std::int64_t gcell, const Visit& visit) {
  const std::int64_t row = gcell / c.columns, column = gcell % c.columns;
  int place = 0;
  for (std::int64_t y = row - 1; y <= row + 1; ++y) {
    for (std::int64_t x = column - 1; x <= column + 1; ++x, ++place) {
      if (x >= 0 && x < c.columns && y >= 0 && y < c.rows) visit(place, y * c.columns + x);
    }
  }
}

}  // namespace

std::size_t SoftRoutes::size() {
  return kSize;
}

std::vector<float> SoftRoutes::initial(std::uint64_t seed, double scale) {
  std::vector<float> parameters(kSize, 0.0F);
  auto& p = *reinterpret_cast<Arrays<float>*>(parameters.data());
  Random random(seed);
  const auto spread = [&](float* values, std::size_t count, int fan_in) {
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<float>((2 * random.uniform() - 1) * bound);
  };
  spread(&p.w1[0][0], std::size_t{kIn} * kWidth, kIn);
  spread(p.b1, kWidth, kIn);
  spread(&p.w2[0][0], std::size_t{kWidth} * kWidth, kWidth);
  spread(p.b2, kWidth, kWidth);
  p.scale = static_cast<float>(scale);
  return parameters;
}

SoftRoutes::SoftRoutes(const std::vector<float>& parameters, const RouteCandidates& candidates)
    : parameters_(parameters), candidates_(candidates) {}

SoftRoutes::Maps SoftRoutes::maps() const {
  const Arrays<float>& p = arrays(parameters_);
  const RouteCandidates& c = candidates_;
  Maps maps;
  for (std::vector<double>& map : maps) map.assign(static_cast<std::size_t>(c.gcells()), 0.0);
  for (std::int64_t e = 0; e < c.edges(); ++e) {
    const Forward f = run(p, &c.feature[e * kIn], &c.cost[e * kRoutes * kCosts]);
    for (std::size_t d = 0; d < 2; ++d) {
      const RouteCandidates::Wire& wire = c.wire[d];
      for (int r = 0; r < kRoutes; ++r) {
        const float part = f.share[r] * f.weight[d * kRoutes + r];
        for (std::int64_t i = wire.offset[e * kRoutes + r]; i < wire.offset[e * kRoutes + r + 1]; ++i) {
          maps[d][wire.gcell[i]] += static_cast<double>(part * wire.share[i]);
        }
      }
    }
  }
  constexpr int kLocal = RouteCandidates::kLocal;
  for (std::int64_t g = 0; g < c.gcells(); ++g) {
    for (std::size_t d = 0; d < 2; ++d) {
      double sum = static_cast<double>(p.window[d][kWindow - 1]);
      for_each_around(c, g, [&](int place, std::int64_t other) {
        for (int l = 0; l < kLocal; ++l) {
          sum += static_cast<double>(p.window[d][place * kLocal + l] * c.local[other * kLocal + l]);
        }
      });
      maps[d][g] = static_cast<double>(p.scale) * (maps[d][g] + sum);
    }
  }
  return maps;
}

std::vector<double> SoftRoutes::gradient(const Maps& of_maps) const {
  const Arrays<float>& p = arrays(parameters_);
  const RouteCandidates& c = candidates_;
  std::vector<double> all(kSize, 0.0);
  std::vector<float> of_chunk;
  for (std::int64_t e = 0; e < c.edges(); ++e) {
    if (e % kChunk == 0) of_chunk.assign(kSize, 0.0F);
    auto& d = *reinterpret_cast<Arrays<float>*>(of_chunk.data());
    const float *const feature = &c.feature[e * kIn], *const cost = &c.cost[e * kRoutes * kCosts];
    const Forward f = run(p, feature, cost);
    float of_share[kRoutes] = {}, of_weight[kWeights];
    for (int direction = 0; direction < 2; ++direction) {
      const RouteCandidates::Wire& wire = c.wire[direction];
      for (int r = 0; r < kRoutes; ++r) {
        double sum = 0;
        for (std::int64_t i = wire.offset[e * kRoutes + r]; i < wire.offset[e * kRoutes + r + 1]; ++i) {
          sum += static_cast<double>(wire.share[i]) * of_maps[direction][wire.gcell[i]];
        }
        sum *= static_cast<double>(p.scale);
        const int at = direction * kRoutes + r;
        of_share[r] += f.weight[at] * static_cast<float>(sum);
        of_weight[at] = f.free[at] ? f.share[r] * f.weight[at] * static_cast<float>(sum) : 0.0F;
      }
    }
    float mean = 0, of_choice[kRoutes];
    for (int r = 0; r < kRoutes; ++r) mean += f.share[r] * of_share[r];
    for (int r = 0; r < kRoutes; ++r) of_choice[r] = f.share[r] * (of_share[r] - mean);
    float of_u2[kWidth] = {}, of_u1[kWidth] = {};
    take_back(f.u2, p.choice, of_choice, d.choice, of_u2);
    take_back(f.u2, p.weight, of_weight, d.weight, of_u2);
    for (int r = 0; r < kRoutes; ++r) {
      d.choice_bias[r] += of_choice[r];
      for (int i = 0; i < kCosts; ++i) d.cost[i] += of_choice[r] * cost[r * kCosts + i];
    }
    for (int r = 0; r < kWeights; ++r) d.weight_bias[r] += of_weight[r];
    for (int j = 0; j < kWidth; ++j) of_u2[j] = f.u2[j] > 0 ? of_u2[j] : 0.0F;
    take_back(f.u1, p.w2, of_u2, d.w2, of_u1);
    for (int j = 0; j < kWidth; ++j) of_u1[j] = f.u1[j] > 0 ? of_u1[j] : 0.0F;
    take_back(feature, p.w1, of_u1, d.w1, nullptr);
    for (int j = 0; j < kWidth; ++j) {
      d.b2[j] += of_u2[j];
      d.b1[j] += of_u1[j];
    }
    if (e % kChunk == kChunk - 1 || e + 1 == c.edges()) {
      for (std::size_t i = 0; i < kSize; ++i) all[i] += static_cast<double>(of_chunk[i]);
    }
  }
  constexpr int kLocal = RouteCandidates::kLocal;
  auto& d = *reinterpret_cast<Arrays<double>*>(all.data());
  for (std::int64_t g = 0; g < c.gcells(); ++g) {
    for (std::size_t direction = 0; direction < 2; ++direction) {
      const double of_map = static_cast<double>(p.scale) * of_maps[direction][g];
      d.window[direction][kWindow - 1] += of_map;
      for_each_around(c, g, [&](int place, std::int64_t other) {
        for (int l = 0; l < kLocal; ++l) {
          d.window[direction][place * kLocal + l] += of_map * static_cast<double>(c.local[other * kLocal + l]);
        }
      });
    }
  }
  return all;
}

}  // namespace gsrgnn
