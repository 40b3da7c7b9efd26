#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <gsrgnn/circuit/net_tree.hpp>
#include <vector>

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;
using Index = std::int32_t;

double median(double a, double b, double c) {
  return std::max(std::min(a, b), std::min(std::max(a, b), c));
}
Point median(const Point& a, const Point& b, const Point& c) {
  return {median(a[0], b[0], c[0]), median(a[1], b[1], c[1])};
}
double distance(const Point& a, const Point& b) {
  return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]);
}

// A tree by its nodes: the pins in order of their coordinates, then Steiner points. Edge e has the ends 2e and 2e + 1;
// the ends at a node are a linked list.
class LinkedTree {
 public:
  explicit LinkedTree(const std::vector<TreeEdge>& edges) {
    for (std::vector<Index>* ends : {&next_, &node_}) ends->reserve(4 * edges.size());
    first_.reserve(2 * edges.size());
    places_.reserve(2 * edges.size());
    best_.reserve(2 * edges.size());
    waiting_.reserve(4 * edges.size());
    for (const TreeEdge& edge : edges) {
      places_.push_back(edge.from);
      places_.push_back(edge.to);
    }
    std::sort(places_.begin(), places_.end());
    places_.erase(std::unique(places_.begin(), places_.end()), places_.end());
    first_.assign(places_.size(), kNone);
    for (const TreeEdge& edge : edges) {
      for (const Point& place : {edge.from, edge.to}) {
        next_.push_back(kNone);
        node_.push_back(kNone);
        attach(static_cast<Index>(node_.size()) - 1,
               static_cast<Index>(std::lower_bound(places_.begin(), places_.end(), place) - places_.begin()));
      }
    }
    best_.resize(places_.size());
    for (Index u = 0; u < static_cast<Index>(places_.size()); ++u) find_best(u);
  }

  void shorten() {
    while (!waiting_.empty()) {
      std::pop_heap(waiting_.begin(), waiting_.end());
      const Waiting top = waiting_.back();
      waiting_.pop_back();
      if (top.version == best_[top.node].version) merge(top.node);
    }
  }

  void write(std::vector<TreeEdge>& edges) const {
    edges.clear();
    for (std::size_t end = 0; end < node_.size(); end += 2) {
      if (node_[end] == kNone) continue;
      const Point &from = places_[node_[end]], &to = places_[node_[end + 1]];
      if (from != to) edges.push_back({from, to});
    }
  }

 private:
  static constexpr Index kNone = -1;

  // The two ends at a node whose edges share most wire.
  struct Best {
    Index a = kNone, b = kNone;
    Index version = 0;  // to tell outdated entries of the heap
  };

  struct Waiting {
    double gain;
    Index node, version;
    // The largest gain first, the first node among equals.
    bool operator<(const Waiting& other) const { return gain != other.gain ? gain < other.gain : node > other.node; }
  };

  Index across(Index end) const { return node_[end ^ 1]; }

  void attach(Index end, Index node) {
    node_[end] = node;
    next_[end] = first_[node];
    first_[node] = end;
  }

  void detach(Index end) {
    Index* at = &first_[node_[end]];
    while (*at != end) at = &next_[*at];
    *at = next_[end];
    node_[end] = kNone;
  }

  void find_best(Index u) {
    Best& best = best_[u];
    ++best.version;
    double gain = 0;
    for (Index a = first_[u]; a != kNone; a = next_[a]) {
      for (Index b = next_[a]; b != kNone; b = next_[b]) {
        const double shared = distance(places_[u], median(places_[u], places_[across(a)], places_[across(b)]));
        if (shared > gain) {
          gain = shared;
          best.a = a;
          best.b = b;
        }
      }
    }
    if (gain == 0) return;
    waiting_.push_back({gain, u, best.version});
    std::push_heap(waiting_.begin(), waiting_.end());
  }

  // The best pair of edges of u is made to meet. The meeting point's own edges share nothing, and will not: a neighbour
  // is only ever replaced by a point on a shortest way to it. So it keeps three edges at least.
  void merge(Index u) {
    const Index a = best_[u].a, b = best_[u].b;
    const Index v = across(a), w = across(b);
    const Point meeting = median(places_[u], places_[v], places_[w]);
    Index s = kNone;
    detach(b);
    if (meeting == places_[v]) {
      attach(b, v);
    } else if (meeting == places_[w]) {
      attach(b, u);
      detach(a);
      attach(a, w);
    } else {
      detach(a);
      s = static_cast<Index>(places_.size());
      places_.push_back(meeting);
      first_.push_back(kNone);
      best_.emplace_back();
      attach(a, s);
      attach(b, s);
      add_edge(u, s);
    }
    for (const Index node : {u, v, w, s}) {
      if (node != kNone) find_best(node);
    }
  }

  void add_edge(Index from, Index to) {
    for (const Index node : {from, to}) {
      next_.push_back(kNone);
      node_.push_back(kNone);
      attach(static_cast<Index>(node_.size()) - 1, node);
    }
  }

  std::vector<Point> places_;
  std::vector<Index> first_, next_, node_;  // first end at a node; next end at, and node of, an end
  std::vector<Best> best_;
  std::vector<Waiting> waiting_;
};

}  // namespace

void steiner_tree(std::vector<TreeEdge>& edges) {
  if (edges.size() < 2) return;
  LinkedTree tree(edges);
  tree.shorten();
  tree.write(edges);
}

}  // namespace gsrgnn
