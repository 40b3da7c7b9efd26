#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <gsrgnn/circuit/net_tree.hpp>
#include <gsrgnn/util/random.hpp>
#include <limits>
#include <map>
#include <set>

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;
using Points = std::vector<Point>;

double distance(const Point& a, const Point& b) {
  return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]);
}

double length(const std::vector<TreeEdge>& edges) {
  double sum = 0;
  for (const TreeEdge& edge : edges) sum += distance(edge.from, edge.to);
  return sum;
}

std::vector<TreeEdge> spanning(Points points) {
  std::vector<TreeEdge> edges = {{{7, 7}, {8, 8}}};  // what is replaced
  spanning_tree(points, edges);
  return edges;
}

std::vector<TreeEdge> steiner(const Points& points) {
  std::vector<TreeEdge> edges = spanning(points);
  steiner_tree(edges);
  return edges;
}

// Whole coordinates below `side`: many equal ones, and points in one place, when that is small.
Points random_points(Random& random, std::size_t count, std::uint64_t side) {
  Points points(count);
  for (Point& point : points) {
    point = {static_cast<double>(random.below(side)), static_cast<double>(random.below(side))};
  }
  return points;
}

// Of all pairs, one point after the other.
double shortest(const Points& points) {
  std::vector<double> away(points.size(), std::numeric_limits<double>::infinity());
  std::vector<bool> in(points.size());
  double sum = 0;
  std::size_t at = 0;
  for (std::size_t left = points.size(); left > 1; --left) {
    in[at] = true;
    std::size_t next = points.size();
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (in[i]) continue;
      away[i] = std::min(away[i], distance(points[at], points[i]));
      if (next == points.size() || away[i] < away[next]) next = i;
    }
    sum += away[next];
    at = next;
  }
  return sum;
}

// The shortest Steiner tree of up to four pins: with none, one or two of the crossings of lines through them (Hanan,
// 1966).
double exact_steiner(const Points& pins) {
  Points crossings;
  for (const Point& a : pins) {
    for (const Point& b : pins) crossings.push_back({a[0], b[1]});
  }
  double least = shortest(pins);
  for (const Point& a : crossings) {
    for (const Point& b : crossings) {
      Points points = pins;
      points.push_back(a);
      points.push_back(b);
      least = std::min(least, shortest(points));
    }
  }
  return least;
}

// Whether the edges join all points to one tree, with no other node that has fewer than three edges.
void expect_tree(const std::vector<TreeEdge>& edges, const Points& points) {
  const std::set<Point> pins(points.begin(), points.end());
  std::map<Point, std::vector<Point>> beside;
  for (const TreeEdge& edge : edges) {
    EXPECT_NE(edge.from, edge.to);
    beside[edge.from].push_back(edge.to);
    beside[edge.to].push_back(edge.from);
  }
  for (const auto& [place, others] : beside) {
    EXPECT_GE(others.size(), pins.count(place) == 0 ? 3U : 1U);
  }
  if (pins.size() < 2) {
    EXPECT_TRUE(edges.empty());
    return;
  }
  EXPECT_LE(edges.size(), 2 * pins.size() - 3 + (pins.size() == 2));
  std::set<Point> reached = {*pins.begin()};
  Points open = {*pins.begin()};
  while (!open.empty()) {
    const Point at = open.back();
    open.pop_back();
    for (const Point& next : beside[at]) {
      if (reached.insert(next).second) open.push_back(next);
    }
  }
  for (const Point& pin : pins) EXPECT_EQ(reached.count(pin), 1U) << pin[0] << " " << pin[1];
}

TEST(NetTree, FewPoints) {
  for (const bool shortened : {false, true}) {
    const auto tree = [&](const Points& points) { return shortened ? steiner(points) : spanning(points); };
    EXPECT_TRUE(tree({}).empty());
    EXPECT_TRUE(tree({{3, 4}}).empty());
    EXPECT_TRUE(tree({{3, 4}, {3, 4}, {3, 4}}).empty());
    const std::vector<TreeEdge> edges = tree({{5, 1}, {3, 4}, {5, 1}});
    ASSERT_EQ(edges.size(), 1U);
    EXPECT_EQ(edges[0].from, (Point{3, 4}));
    EXPECT_EQ(edges[0].to, (Point{5, 1}));
  }
}

TEST(NetTree, ThreePinsMeetInTheMedian) {
  const Points pins = {{0, 0}, {10, 2}, {4, 9}};
  EXPECT_EQ(length(spanning(pins)), 12 + 13);
  const std::vector<TreeEdge> edges = steiner(pins);
  ASSERT_EQ(edges.size(), 3U);
  EXPECT_EQ(length(edges), 10 + 9);
  for (const TreeEdge& edge : edges) EXPECT_TRUE(edge.from == (Point{4, 2}) || edge.to == (Point{4, 2}));
}

TEST(NetTree, SpanningTreesAreTheShortest) {
  Random random(1);
  for (const std::size_t count : {2, 3, 4, 7, 20, 100, 256, 257, 600}) {
    for (const std::uint64_t side : {3, 30, 100000}) {
      const Points points = random_points(random, count, side);
      const std::vector<TreeEdge> edges = spanning(points);
      const std::set<Point> distinct(points.begin(), points.end());
      EXPECT_EQ(edges.size(), distinct.size() - 1);
      expect_tree(edges, points);
      EXPECT_EQ(length(edges), shortest(points)) << count << " points on " << side << " lines";
    }
  }
}

// Large nets on few lines, where many points are equally near and lie on the octants' borders.
TEST(NetTree, SpanningTreesOfLatticesAreTheShortest) {
  Random random(2);
  for (const std::uint64_t side : {18, 20, 24, 40}) {
    Points points = random_points(random, 900, side);
    EXPECT_EQ(length(spanning(points)), shortest(points)) << side;
    for (Point& point : points) point = {point[0] - point[1], point[0] + point[1]};  // along the diagonals
    EXPECT_EQ(length(spanning(points)), shortest(points)) << side;
    for (Point& point : points) point[0] = 5;
    EXPECT_EQ(length(spanning(points)), shortest(points)) << side;
  }
}

TEST(NetTree, TheOrderOfThePointsDoesNotMatter) {
  Random random(3);
  for (const std::size_t count : {3, 5, 9, 40, 400}) {
    for (const std::uint64_t side : {6, 25, 100000}) {
      Points points = random_points(random, count, side);
      const std::vector<TreeEdge> expected = spanning(points), expected_steiner = steiner(points);
      const auto expect_same = [](const std::vector<TreeEdge>& a, const std::vector<TreeEdge>& b) {
        ASSERT_EQ(a.size(), b.size());
        for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i].from == b[i].from && a[i].to == b[i].to);
      };
      for (int times = 0; times < 3; ++times) {
        points.push_back(points[random.below(points.size())]);
        random.shuffle(points.begin(), points.end());
        expect_same(spanning(points), expected);
        expect_same(steiner(points), expected_steiner);
      }
    }
  }
}

TEST(NetTree, SteinerTreesOfThreePinsAreExact) {
  Random random(4);
  for (int times = 0; times < 300; ++times) {
    const Points pins = random_points(random, 3, times % 2 == 0 ? 8 : 100000);
    const auto [left, right] = std::minmax({pins[0][0], pins[1][0], pins[2][0]});
    const auto [low, high] = std::minmax({pins[0][1], pins[1][1], pins[2][1]});
    EXPECT_EQ(length(steiner(pins)), (right - left) + (high - low));
  }
}

TEST(NetTree, SteinerTreesOfFourPinsAreNearlyExact) {
  Random random(5);
  double sum = 0, exact_sum = 0;
  for (int times = 0; times < 400; ++times) {
    const Points pins = random_points(random, 4, 1000);
    const double exact = exact_steiner(pins), found = length(steiner(pins));
    EXPECT_GE(found, exact);
    EXPECT_LE(found, 1.5 * exact);  // what a spanning tree may take
    sum += found;
    exact_sum += exact;
  }
  EXPECT_LE(sum, 1.01 * exact_sum);
  RecordProperty("excess", std::to_string(sum / exact_sum - 1));
}

double median(double a, double b, double c) {
  std::array<double, 3> values = {a, b, c};
  std::sort(values.begin(), values.end());
  return values[1];
}

TEST(NetTree, NoTwoEdgesOfASteinerTreeShareWire) {
  Random random(8);
  for (const std::size_t count : {4, 5, 6, 8, 12, 30, 300}) {
    for (int times = 0; times < 40; ++times) {
      const Points points = random_points(random, count, 1000000000);
      const std::vector<TreeEdge> edges = steiner(points);
      expect_tree(edges, points);
      std::map<Point, Points> beside;
      for (const TreeEdge& edge : edges) {
        beside[edge.from].push_back(edge.to);
        beside[edge.to].push_back(edge.from);
      }
      for (const auto& [at, others] : beside) {
        for (const Point& a : others) {
          for (const Point& b : others) {
            if (a == b) continue;
            EXPECT_EQ(median(at[0], a[0], b[0]), at[0]);
            EXPECT_EQ(median(at[1], a[1], b[1]), at[1]);
          }
        }
      }
    }
  }
}

// Steiner trees of many random pins are shorter than spanning trees by 11 to 12 % when they are the shortest.
TEST(NetTree, SteinerTreesSaveWire) {
  Random random(6);
  for (const std::size_t count : {10, 30, 200, 2000}) {
    double plain = 0, saved = 0;
    for (std::size_t pins = 0; pins < 2000; pins += count) {
      const Points points = random_points(random, count, 10000);
      const std::vector<TreeEdge> edges = steiner(points);
      expect_tree(edges, points);
      plain += length(spanning(points));
      saved += length(edges);
    }
    EXPECT_LT(saved, 0.92 * plain) << count;
    EXPECT_GT(saved, 0.87 * plain) << count;
  }
}

TEST(NetTree, SteinerTreesOfLattices) {
  Random random(7);
  for (int times = 0; times < 200; ++times) {
    const Points points = random_points(random, 2 + random.below(40), 2 + random.below(12));
    const std::vector<TreeEdge> edges = steiner(points);
    expect_tree(edges, points);
    EXPECT_LE(length(edges), length(spanning(points)));
    EXPECT_GE(length(edges), 2. / 3 * length(spanning(points)));  // Hwang, 1976
  }
}

}  // namespace
}  // namespace gsrgnn
