// SPDX-License-Identifier: Apache-2.0
//
// k-means over raw pointers: Lloyd iterations and assignment.
//
// The points are cut into one contiguous part per thread, a part into chunks that stay in the
// cache: a chunk is read from memory once, assigned, and added to its clusters' sums. Parts are
// added up in order, so the same thread count gives the same bits. Nothing but scratch memory
// survives a call.
#include "kmeans_points.hpp"

#include <cmath>
#include <limits>

using namespace ct::kmeans;

namespace {

// Labels of the chunk that begins at point `begin`, and for narrow points their distances.
void nearest(const CTKMeans &m, const Centroids &c, int64_t begin, int64_t count,
             const int32_t *excluded, int32_t *labels, float *distances, Scratch &s) {
  if (m.narrow)
    m.kernel.nearestNarrow(m.panels.data() + begin * m.d, count, c, excluded, labels, distances);
  else m.kernel.nearestWide(m.rows + begin * m.d, count, c, excluded, labels, s);
}

// One part of a Lloyd iteration: its labels, its sums, its share of the cost.
void lloydPart(const CTKMeans &m, const Centroids &c, int64_t begin, int64_t end, int32_t *labels,
               Scratch &s) {
  std::fill_n(s.sums.data(), m.narrow ? 2 * c.k * narrowDimension : c.k * m.d, 0.0);
  std::fill_n(s.weights.data(), m.narrow ? 2 * c.k : c.k, 0.0);
  s.cost = 0;
  s.changed = 0;
  for (int64_t i = begin; i < end; i += m.chunk) {
    int64_t count = std::min(m.chunk, end - i);
    nearest(m, c, i, count, nullptr, s.labels.data(), s.distances.data(), s);
    const float *rows = m.rows + i * m.d;
    if (m.narrow)
      m.kernel.accumulateNarrow(rows, m.rows + m.n * m.d, m.weightsAt(i), count, c, s.labels.data(),
                                s.distances.data(), s);
    else m.kernel.accumulateWide(rows, m.weightsAt(i), count, c, s.labels.data(), s);
    int32_t changed = 0;
    for (int64_t p = 0; p < count; p++) changed += labels[i + p] != s.labels[p];
    std::copy_n(s.labels.data(), count, labels + i);
    s.changed += changed;
  }
}

// Adds up cluster `i` over the parts, in order: its weight, and its mean in the kernels'
// coordinates.
void addUp(CTKMeans &m, const Centroids &c, int parts, int64_t i, double *clusterWeights) {
  int64_t d = c.d, slots = m.narrow ? 2 : 1, stride = m.narrow ? narrowDimension : d;
  double *mean = m.means.data() + i * d, weight = 0;
  std::fill_n(mean, d, 0.0);
  for (int part = 0; part < parts; part++) {
    for (int64_t slot = 0; slot < slots; slot++) {
      int64_t row = slot * c.k + i;
      const double *sums = m.scratch[size_t(part)].sums.data() + row * stride;
      weight += m.scratch[size_t(part)].weights[row];
      for (int64_t j = 0; j < d; j++) mean[j] += sums[j];
    }
  }
  clusterWeights[i] = weight;
  for (int64_t j = 0; j < d; j++) {
    double old = c.rows[i * d + j];
    if (weight <= 0) mean[j] = old;
    else mean[j] = mean[j] / weight + (m.narrow ? 0 : old);
  }
}

// Writes cluster `i`'s mean to the caller's centroids and notes how far it moved.
void finish(CTKMeans &m, const Centroids &c, int64_t i, bool keep, float *updated) {
  double movement = 0;
  for (int64_t j = 0; j < c.d && !keep; j++) {
    float value = m.toOuter(m.means[i * c.d + j], j);
    double step = double(m.toInner(value, j)) - c.rows[i * c.d + j];
    updated[i * c.d + j] = value;
    movement += step * step;
  }
  m.movements[i] = movement / (m.scale * m.scale);
}

// Gives clusters without weight a far point each. See ct_kmeans_step for the rule.
void refill(CTKMeans &m, const Centroids &c, int32_t *labels, float *updated,
            double *clusterWeights, CTKMeansStep &step) {
  int64_t n = m.n, d = m.d;
  m.distances.resize(n);
  int parts = m.parts(double(n) * double(d));
  inParallel(parts, [&](int part) {
    for (int64_t i = m.part(part, parts); i < m.part(part + 1, parts); i++)
      m.distances[i] = m.kernel.distance(m.rows + i * d, c.rows + labels[i] * d, d);
  });
  float same = float(1e-13 * m.reach *
                     m.reach);  // float32 cannot tell such a point from its centroid
  std::vector<int64_t> far;
  for (int64_t i = 0; i < n; i++)
    if (m.distances[i] > same && (!m.weights || m.weights[i] > 0)) far.push_back(i);
  auto isNearer = [&](int64_t a, int64_t b) {
    return m.distances[a] < m.distances[b] || (m.distances[a] == m.distances[b] && a > b);
  };
  std::make_heap(far.begin(), far.end(), isNearer);
  for (int64_t i = 0; i < c.k; i++) {
    if (clusterWeights[i] > 0) continue;
    step.empty++;
    while (!far.empty()) {
      std::pop_heap(far.begin(), far.end(), isNearer);
      int64_t point = far.back(), donor = labels[point];
      far.pop_back();
      double weight = m.weights ? m.weights[point] : 1, rest = clusterWeights[donor] - weight;
      if (rest <= clusterWeights[donor] * 1e-9) continue;
      for (int64_t j = 0; j < d; j++) {
        double x = m.rows[point * d + j], &mean = m.means[donor * d + j];
        mean += (mean - x) * (weight / rest);
        m.means[i * d + j] = x;
      }
      clusterWeights[donor] = rest;
      clusterWeights[i] = weight;
      labels[point] = int32_t(i);
      finish(m, c, donor, false, updated);
      finish(m, c, i, false, updated);
      step.refilled++;
      step.empty--;
      break;
    }
  }
}

}  // namespace

bool ct_kmeans_step(CTKMeans *kmeans, const float *centroids, int32_t k, int32_t *labels,
                    float *updated, double *cluster_weights, CTKMeansStep *step) {
  if (k < 1) return false;
  return orElse(false, [&] {
    CTKMeans &m = *kmeans;
    Centroids c = prepare(m, centroids, k);
    int parts = m.parts(double(m.n) * double(m.d) * k);
    prepareScratch(m, c, parts, true);
    m.means.resize(k * m.d);
    m.movements.resize(k);
    inParallel(parts, [&](int part) {
      lloydPart(m, c, m.part(part, parts), m.part(part + 1, parts), labels,
                m.scratch[size_t(part)]);
    });
    int shares = m.parts(double(k) * double(m.d) * parts);
    inParallel(shares, [&](int share) {
      for (int64_t i = int64_t(k) * share / shares; i < int64_t(k) * (share + 1) / shares; i++) {
        addUp(m, c, parts, i, cluster_weights);
        if (updated != centroids && cluster_weights[i] <= 0)
          std::copy_n(centroids + i * m.d, m.d, updated + i * m.d);
        finish(m, c, i, cluster_weights[i] <= 0, updated);
      }
    });
    *step = CTKMeansStep{};
    for (int part = 0; part < parts; part++) {
      step->cost += m.scratch[size_t(part)].cost / (m.scale * m.scale);
      step->changed += m.scratch[size_t(part)].changed;
    }
    bool someEmpty = std::any_of(cluster_weights, cluster_weights + k,
                                 [](double w) { return w <= 0; });
    if (someEmpty) refill(m, c, labels, updated, cluster_weights, *step);
    for (int64_t i = 0; i < k; i++) step->movement += m.movements[i];
    return true;
  });
}

// The nearest centroid of a row by differences from all of them, and the distance of the next.
static void nearestByDifferences(const CTKMeans &m, const Centroids &c, const float *row,
                                 int32_t &label, float &first, float &second) {
  first = second = std::numeric_limits<float>::infinity();
  for (int32_t j = 0; j < c.k; j++) {
    const float distance = m.kernel.distance(row, c.rows + int64_t(j) * m.d, m.d);
    if (distance < first) {
      second = first;
      first = distance;
      label = j;
    } else if (distance < second) {
      second = distance;
    }
  }
}

bool ct_kmeans_assign(CTKMeans *kmeans, const float *centroids, int32_t k, int32_t *labels,
                      float *distances, float *second_distances, double *cost) {
  if (k < 1) return false;
  return orElse(false, [&] {
    CTKMeans &m = *kmeans;
    Centroids c = prepare(m, centroids, k);
    int parts = m.parts(double(m.n) * double(m.d) * k);
    prepareScratch(m, c, parts, false);
    float area = float(1 / (m.scale * m.scale));
    // Squared distances below this share of a row's squared norm are blurred by the rounding of products.
    const float blur = 256 * std::numeric_limits<float>::epsilon() * (16 + std::sqrt(float(m.d)));
    const std::vector<float> origin(size_t(m.d), 0.0f);
    inParallel(parts, [&](int part) {
      Scratch &s = m.scratch[size_t(part)];
      int32_t *others = s.labels.data() + m.chunk;
      float *first = s.distances.data(), *second = first + m.chunk;
      s.cost = 0;
      for (int64_t i = m.part(part, parts); i < m.part(part + 1, parts); i += m.chunk) {
        int64_t count = std::min(m.chunk, m.part(part + 1, parts) - i);
        nearest(m, c, i, count, nullptr, labels + i, first, s);
        if (second_distances) nearest(m, c, i, count, labels + i, others, second, s);
        for (int64_t p = 0; p < count && !m.narrow; p++) {
          const float *row = m.rows + (i + p) * m.d;
          first[p] = m.kernel.distance(row, c.rows + labels[i + p] * m.d, m.d);
          if (second_distances) second[p] = m.kernel.distance(row, c.rows + others[p] * m.d, m.d);
          if (first[p] < blur * m.kernel.distance(row, origin.data(), m.d))
            nearestByDifferences(m, c, row, labels[i + p], first[p], second[p]);
          else if (second_distances && second[p] < first[p]) {
            std::swap(first[p], second[p]);
            labels[i + p] = others[p];
          }
        }
        if (cost) s.cost += m.kernel.lower(first, nullptr, m.weightsAt(i), count);
        for (int64_t p = 0; p < count && distances; p++) distances[i + p] = first[p] * area;
        for (int64_t p = 0; p < count && second_distances; p++)
          second_distances[i + p] = k > 1 ? second[p] * area
                                          : std::numeric_limits<float>::infinity();
      }
    });
    if (!cost) return true;
    *cost = 0;
    for (int part = 0; part < parts; part++)
      *cost += m.scratch[size_t(part)].cost / (m.scale * m.scale);
    return true;
  });
}
