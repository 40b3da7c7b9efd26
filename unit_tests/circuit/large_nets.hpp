#pragma once

#include <gsrgnn/circuit/circuit.hpp>

namespace gsrgnn::testing {

/// The share of the clique's edges that nets of more than a hundred pins hold, were no two nets to share an edge.
inline double share_of_large_nets(const Circuit& circuit) {
  double large = 0, all = 0;
  for (std::int64_t n = 0; n < circuit.nets(); ++n) {
    const auto pins = static_cast<double>(circuit.net_offset[n + 1] - circuit.net_offset[n]);
    all += pins * (pins - 1);
    if (pins > 100) large += pins * (pins - 1);
  }
  return large / all;
}

}  // namespace gsrgnn::testing
