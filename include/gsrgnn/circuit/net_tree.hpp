#pragma once

/// Rectilinear trees over the pins of a net, as estimates of its wires before routing: a shortest spanning tree, and
/// shorter ones with Steiner points. Lengths are Manhattan distances. All results depend on the set of points only.

#include <array>
#include <vector>

namespace gsrgnn {

/// An edge between two places {x, y}, whose wire may bend anywhere between them.
struct TreeEdge {
  std::array<double, 2> from, to;
};

/// The shortest tree over the points: one edge fewer than there are distinct points. `points` is sorted and rid of
/// duplicates, `edges` replaced. Coordinates are finite.
///
/// Nets of up to some hundred pins: Prim (1957), quadratic. Larger ones: Kruskal (1956) over the nearest neighbour of
/// each point in each of eight octants, which hold such a tree (Yao, SIAM J. Comput. 11, 1982), in O(n log n) by the
/// sweeps of Guibas and Stolfi (Inf. Process. Lett. 17, 1983).
void spanning_tree(std::vector<std::array<double, 2>>& points, std::vector<TreeEdge>& edges);

/// Shortens a tree of spanning_tree in place: as long as two edges u-v and u-w share some wire, the pair that shares
/// most meets in a Steiner point instead, at the median of u, v and w (Ho, Vijayan and Wong, IEEE TCAD 9, 1990, overlap
/// edges of spanning trees likewise). Exact for up to three pins; O(n log n), as no pin has more than eight edges in a
/// shortest spanning tree. The ends of the new edges are the old points and at most n - 2 Steiner points; no edge has
/// length 0.
void steiner_tree(std::vector<TreeEdge>& edges);

}  // namespace gsrgnn
