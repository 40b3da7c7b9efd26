#include <algorithm>
#include <cmath>
#include <cstdint>
#include <gsrgnn/training/baselines.hpp>
#include <gsrgnn/training/scores.hpp>
#include <limits>
#include <utility>

namespace gsrgnn {
namespace {

using Point = std::array<double, 2>;

/// A k-d tree of some of the points, in which the nearest few are found.
class NearestPoints {
 public:
  NearestPoints(const std::vector<Point>& position, std::vector<std::size_t> chosen, std::size_t neighbours)
      : neighbours_(neighbours) {
    // Of points at one place only the first few are ever found; the others would only be looked at, by every search.
    std::sort(chosen.begin(), chosen.end(), [&](std::size_t i, std::size_t j) {
      return std::make_pair(position[i], i) < std::make_pair(position[j], j);
    });
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (i >= neighbours && position[chosen[i - neighbours]] == position[chosen[i]]) continue;
      site_.push_back({position[chosen[i]], chosen[i]});
    }
    axis_.resize(site_.size());
    build(0, site_.size());
  }

  /// Squared distance and index of the nearest, nearest first; of equally near ones those of the least index.
  const std::vector<std::pair<double, std::size_t>>& find(const Point& from) {
    found_.clear();
    search(from, 0, site_.size());
    return found_;
  }

 private:
  struct Site {
    Point at;
    std::size_t index;
  };
  static constexpr std::size_t kLeaf = 8;

  /// The middle one divides the others, along the longer side of the box around them.
  void build(std::size_t first, std::size_t last) {
    if (last - first <= kLeaf) return;
    Point low = site_[first].at, high = low;
    for (std::size_t i = first; i < last; ++i) {
      for (std::size_t a = 0; a < 2; ++a) {
        low[a] = std::min(low[a], site_[i].at[a]);
        high[a] = std::max(high[a], site_[i].at[a]);
      }
    }
    const std::size_t a = high[1] - low[1] > high[0] - low[0] ? 1 : 0, middle = first + (last - first) / 2;
    std::nth_element(site_.data() + first, site_.data() + middle, site_.data() + last,
                     [a](const Site& s, const Site& t) { return s.at[a] < t.at[a]; });
    axis_[middle] = static_cast<std::uint8_t>(a);
    build(first, middle);
    build(middle + 1, last);
  }

  void search(const Point& from, std::size_t first, std::size_t last) {
    if (last - first <= kLeaf) {
      for (std::size_t i = first; i < last; ++i) offer(from, site_[i]);
      return;
    }
    const std::size_t middle = first + (last - first) / 2, a = axis_[middle];
    const double apart = from[a] - site_[middle].at[a];
    const bool below = apart < 0;
    search(from, below ? first : middle + 1, below ? middle : last);
    // Equally near ones may be there too.
    if (found_.size() == neighbours_ && apart * apart > found_.back().first) return;
    offer(from, site_[middle]);
    search(from, below ? middle + 1 : first, below ? last : middle);
  }

  void offer(const Point& from, const Site& site) {
    const double x = from[0] - site.at[0], y = from[1] - site.at[1];
    const auto candidate = std::make_pair(x * x + y * y, site.index);
    if (found_.size() == neighbours_) {
      if (candidate > found_.back()) return;
      found_.pop_back();
    }
    found_.insert(std::upper_bound(found_.begin(), found_.end(), candidate), candidate);
  }

  std::size_t neighbours_;
  std::vector<Site> site_;          ///< ordered so that each range's middle divides it
  std::vector<std::uint8_t> axis_;  ///< along which it does
  std::vector<std::pair<double, std::size_t>> found_;
};

}  // namespace

LineMoments LineMoments::of(const std::vector<float>& feature, std::size_t features, const std::vector<float>& label,
                            std::size_t labels, const std::vector<bool>& use) {
  LineMoments moments;
  moments.feature = ColumnMoments::of(feature, features, use);
  moments.label = ColumnMoments::of(label, labels, use);
  moments.products.assign(features * labels, 0.0);
  for (std::size_t i = 0; i < label.size() / labels; ++i) {
    if (!use.empty() && !use[i]) continue;
    for (std::size_t o = 0; o < labels; ++o) {
      const double of_label = static_cast<double>(label[i * labels + o]) - moments.label.mean[o];
      for (std::size_t f = 0; f < features; ++f) {
        moments.products[f * labels + o] +=
            (static_cast<double>(feature[i * features + f]) - moments.feature.mean[f]) * of_label;
      }
    }
  }
  return moments;
}

void LineMoments::join(const LineMoments& other) {
  if (other.label.count == 0) return;
  if (label.count == 0) {
    *this = other;
    return;
  }
  const std::size_t labels = label.mean.size();
  const double weight = label.count * other.label.count / (label.count + other.label.count);
  for (std::size_t s = 0; s < products.size(); ++s) {
    const std::size_t f = s / labels, o = s % labels;
    products[s] +=
        other.products[s] + (other.feature.mean[f] - feature.mean[f]) * (other.label.mean[o] - label.mean[o]) * weight;
  }
  feature.join(other.feature);
  label.join(other.label);
}

SingleMap best_single_map(const std::vector<LineMoments>& designs) {
  LineMoments all;
  std::vector<Standardisation> feature, label;
  for (const LineMoments& design : designs) {
    all.join(design);
    feature.push_back(Standardisation::from(design.feature));
    label.push_back(Standardisation::from(design.label));
  }
  const std::size_t features = all.feature.mean.size(), labels = all.label.mean.size();
  const auto mean_pearson = [&](std::size_t f, std::size_t o) {
    std::vector<double> of_designs;
    for (std::size_t d = 0; d < designs.size(); ++d) {
      if (designs[d].label.count == 0 || label[d].constant(o)) continue;
      const double squares = designs[d].feature.squares[f] * designs[d].label.squares[o];
      of_designs.push_back(feature[d].constant(f) ? Scores::kUndefined
                                                  : designs[d].products[f * labels + o] / std::sqrt(squares));
    }
    return mean_score(of_designs);
  };
  SingleMap best;
  for (std::size_t o = 0; o < labels; ++o) {
    std::size_t column = SingleMap::kNone;
    double pearson = Scores::kUndefined;
    for (std::size_t f = 0; f < features; ++f) {
      const double of_column = mean_pearson(f, o);
      if (std::isnan(of_column) || (column != SingleMap::kNone && std::abs(of_column) <= std::abs(pearson))) continue;
      column = f;
      pearson = of_column;
    }
    const bool none = column == SingleMap::kNone;
    const double slope = none ? 0 : all.products[column * labels + o] / all.feature.squares[column];
    best.column.push_back(column);
    best.pearson.push_back(pearson);
    best.slope.push_back(slope);
    best.intercept.push_back(all.label.mean[o] - (none ? 0 : slope * all.feature.mean[column]));
  }
  return best;
}

std::vector<float> nearest_neighbours(const std::vector<std::array<double, 2>>& position,
                                      const std::vector<float>& label, std::size_t labels,
                                      const std::vector<bool>& training, int neighbours) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < position.size(); ++i) {
    if (training[i]) chosen.push_back(i);
  }
  NearestPoints points(position, std::move(chosen), static_cast<std::size_t>(neighbours));
  std::vector<float> value(position.size() * labels);
  for (std::size_t i = 0; i < position.size(); ++i) {
    const auto& nearest = points.find(position[i]);
    for (std::size_t o = 0; o < labels; ++o) {
      double sum = 0;
      for (const auto& [squared_distance, j] : nearest) sum += static_cast<double>(label[j * labels + o]);
      value[i * labels + o] = static_cast<float>(sum / static_cast<double>(nearest.size()));
    }
  }
  return value;
}

}  // namespace gsrgnn
