// SPDX-License-Identifier: Apache-2.0
//
// What greedy k-means++ asks for: distances to candidates, and draws in proportion to them.
#include "kmeans_points.hpp"

using namespace ct::kmeans;

bool ct_kmeans_candidates(CTKMeans *kmeans, const float *candidates, int32_t count,
                          const float *current, float *reduced, double *potentials) {
  if (count < 1) return false;
  return orElse(false, [&] {
    CTKMeans &m = *kmeans;
    int64_t d = m.d;
    m.inner.resize(count * d);
    toInner(m, candidates, count, m.inner.data());
    int parts = m.parts(double(m.n) * double(d) * count);
    Buffer<double> sums(int64_t(count) * parts);
    std::vector<Buffer<int32_t>> labels(static_cast<size_t>(parts));
    for (Buffer<int32_t> &buffer : labels) buffer.resize(m.chunk);
    float area = float(1 / (m.scale * m.scale));
    inParallel(parts, [&](int part) {
      std::fill_n(sums.data() + part * count, count, 0.0);
      for (int64_t i = m.part(part, parts); i < m.part(part + 1, parts); i += m.chunk) {
        int64_t points = std::min(m.chunk, m.part(part + 1, parts) - i);
        if (!m.narrow)
          m.kernel.distancesWide(m.rows + i * d, points, m.inner.data(), count, d, reduced + i,
                                 m.n);
        for (int64_t c = 0; c < count; c++) {
          float *row = reduced + c * m.n + i;
          Centroids one;
          one.k = 1;
          one.d = d;
          one.rows = m.inner.data() + c * d;
          if (m.narrow)
            m.kernel.nearestNarrow(m.panels.data() + i * d, points, one, nullptr,
                                   labels[size_t(part)].data(), row);
          for (int64_t p = 0; p < points && m.scale != 1; p++) row[p] *= area;
          sums[part * count + c] += m.kernel.lower(row, current ? current + i : nullptr,
                                                   m.weightsAt(i), points);
        }
      }
    });
    for (int64_t c = 0; c < count; c++) {
      potentials[c] = 0;
      for (int part = 0; part < parts; part++) potentials[c] += sums[part * count + c];
    }
    return true;
  });
}

bool ct_kmeans_draw(CTKMeans *kmeans, const float *distances, const double *uniforms, int32_t count,
                    int64_t *chosen) {
  return orElse(false, [&] {
    CTKMeans &m = *kmeans;
    auto mass = [&](int64_t i) {
      return (distances ? double(distances[i]) : 1.0) * (m.weights ? m.weights[i] : 1.0f);
    };
    constexpr int64_t block = 1024;
    int64_t blocks = (m.n + block - 1) / block;
    Buffer<double> sums(blocks);
    double total = 0;
    for (int64_t b = 0; b < blocks; b++) {
      sums[b] = 0;
      for (int64_t i = b * block; i < std::min(m.n, (b + 1) * block); i++) sums[b] += mass(i);
      total += sums[b];
    }
    for (int32_t u = 0; u < count; u++) {
      double target = uniforms[u] * total, before = 0;
      int64_t b = 0;
      chosen[u] = -1;
      while (b + 1 < blocks && before + sums[b] <= target) before += sums[b++];
      // Rounding may carry the target past the last point of the block: then it is the last with
      // any mass.
      for (int64_t i = b * block; i < std::min(m.n, (b + 1) * block); i++) {
        if (mass(i) <= 0) continue;
        chosen[u] = i;
        before += mass(i);
        if (before > target) break;
      }
      for (int64_t i = b * block; chosen[u] < 0 && i > 0; i--)
        if (mass(i - 1) > 0) chosen[u] = i - 1;
    }
    return true;
  });
}
