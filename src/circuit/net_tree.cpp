#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <gsrgnn/circuit/net_tree.hpp>
#include <limits>
#include <numeric>
#include <tuple>
#include <vector>

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;
using Index = std::int32_t;

constexpr double kFar = std::numeric_limits<double>::infinity();

// Above this the sweeps are faster than Prim (measured with random points).
constexpr Index kMostForPrim = 256;

double distance(const Point& a, const Point& b) {
  return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]);
}

// Of points equally far from the tree the first in order comes next, with the edge that was found first.
void prim(const std::vector<Point>& points, std::vector<TreeEdge>& edges) {
  std::array<double, kMostForPrim> away;
  std::array<Index, kMostForPrim> other, left;  // of each point the tree's nearest one; those not in the tree
  const auto n = static_cast<Index>(points.size());
  for (Index i = 1; i < n; ++i) {
    away[i] = distance(points[0], points[i]);
    other[i] = 0;
    left[i - 1] = i;
  }
  for (Index count = n - 1; count > 0;) {
    Index nearest = 0;
    for (Index k = 1; k < count; ++k) {
      if (away[left[k]] < away[left[nearest]]) nearest = k;
    }
    const Index joined = left[nearest];
    edges.push_back({points[other[joined]], points[joined]});
    --count;
    for (Index k = nearest; k < count; ++k) left[k] = left[k + 1];
    for (Index k = 0; k < count; ++k) {
      const double d = distance(points[joined], points[left[k]]);
      if (d < away[left[k]]) {
        away[left[k]] = d;
        other[left[k]] = joined;
      }
    }
  }
}

struct Candidate {
  double length;
  Index a, b;  // a < b
};

// The nearest point in one octant of each point: dx >= 0 and dy >= dx, of whose two rays only the diagonal belongs to
// it, or only the axis. Of those equally near the first in order, as Kruskal would take it: then the octants of half
// a turn, with each ray in one of them, hold the whole tree that Kruskal makes of all pairs.
void sweep(const std::vector<Point>& points, bool axis, std::vector<Candidate>& candidates) {
  const auto n = static_cast<Index>(points.size());
  std::vector<Index> order(n);
  std::vector<double> key(n), sorted(n);
  for (Index i = 0; i < n; ++i) sorted[i] = key[i] = points[i][1] - points[i][0];
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::iota(order.begin(), order.end(), 0);
  // Those at the same x lie on each other's axis: the upper ones come before (seen by the lower) or after.
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    if (points[a][0] != points[b][0]) return points[a][0] > points[b][0];
    return axis ? points[a][1] > points[b][1] : points[a][1] < points[b][1];
  });
  // A Fenwick tree over the keys, downwards: the nearest of all points seen with a key not below one.
  const auto keys = static_cast<Index>(sorted.size());
  std::vector<std::pair<double, Index>> best(keys + 1, {kFar, n});
  for (const Index i : order) {
    const auto rank = static_cast<Index>(std::lower_bound(sorted.begin(), sorted.end(), key[i]) - sorted.begin());
    std::pair<double, Index> nearest = {kFar, n};
    for (Index at = keys - rank - (axis ? 1 : 0); at > 0; at -= at & -at) nearest = std::min(nearest, best[at]);
    const Index j = nearest.second;
    if (j < n) candidates.push_back({distance(points[i], points[j]), std::min(i, j), std::max(i, j)});
    const std::pair<double, Index> here = {points[i][0] + points[i][1], i};
    for (Index at = keys - rank; at <= keys; at += at & -at) best[at] = std::min(best[at], here);
  }
}

void kruskal(const std::vector<Point>& points, std::vector<TreeEdge>& edges) {
  const auto n = static_cast<Index>(points.size());
  std::vector<Candidate> candidates;
  candidates.reserve(4 * points.size());
  std::vector<Point> turned = points;
  sweep(turned, false, candidates);  // from the diagonal to the y axis, without it
  for (Index i = 0; i < n; ++i) turned[i] = {points[i][1], points[i][0]};
  sweep(turned, true, candidates);  // from the x axis to the diagonal
  for (Index i = 0; i < n; ++i) turned[i] = {-points[i][1], points[i][0]};
  sweep(turned, false, candidates);  // the same two, turned to the right
  for (Index i = 0; i < n; ++i) turned[i] = {points[i][0], -points[i][1]};
  sweep(turned, true, candidates);
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tie(a.length, a.a, a.b) < std::tie(b.length, b.a, b.b);
  });
  std::vector<Index> parent(n);
  std::iota(parent.begin(), parent.end(), 0);
  const auto root = [&](Index i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (const Candidate& candidate : candidates) {
    const Index a = root(candidate.a), b = root(candidate.b);
    if (a == b) continue;
    parent[b] = a;
    edges.push_back({points[candidate.a], points[candidate.b]});
  }
}

}  // namespace

void spanning_tree(std::vector<Point>& points, std::vector<TreeEdge>& edges) {
  edges.clear();
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  if (points.size() <= 1) return;
  if (points.size() <= static_cast<std::size_t>(kMostForPrim)) {
    prim(points, edges);
  } else {
    kruskal(points, edges);
  }
}

}  // namespace gsrgnn
