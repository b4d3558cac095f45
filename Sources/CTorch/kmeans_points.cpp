// SPDX-License-Identifier: Apache-2.0
//
// Gets points and centroids ready for the k-means kernels.
#include "kmeans_points.hpp"

#include <cmath>
#include <limits>

namespace ct::kmeans {
namespace {

// Moves and scales a copy of the points when float32 needs it for the rows that are looked at (the
// points themselves, or centroids): differences of |x|² - 2x·c lose what a common offset takes, and
// squares overflow or vanish far from one.
void chooseCoordinates(CTKMeans &m, const float *points, const float *rows, int64_t count) {
  int64_t n = m.n, d = m.d;
  int parts = std::min<int>(m.parts(double(count) * double(d)), int(count));
  Buffer<double> sums(2 * d * parts);
  Buffer<float> largest(parts);
  std::fill_n(sums.data(), 2 * d * parts, 0.0);
  auto first = [&](int part) { return count * part / parts; };
  inParallel(parts, [&](int part) {
    largest[part] = 0;
    double *mine = sums.data() + 2 * d * part;
    m.kernel.moments(rows + first(part) * d, first(part + 1) - first(part), d, mine, mine + d,
                     &largest[part]);
  });
  m.origin.resize(d);
  double offset = 0, variance = 0;
  for (int64_t j = 0; j < d; j++) {
    double sum = 0, square = 0;
    for (int part = 0; part < parts; part++) {
      sum += sums[2 * d * part + j];
      square += sums[2 * d * part + d + j];
    }
    m.origin[j] = sum / double(count);
    offset += m.origin[j] * m.origin[j];
    variance += std::max(0.0, square / double(count) - m.origin[j] * m.origin[j]);
  }
  // A mean that a few far rows have made is no place to count from.
  if (offset <= 16 * variance) std::fill_n(m.origin.data(), d, 0.0), offset = 0;
  Buffer<double> reaches(parts);
  inParallel(parts, [&](int part) {
    double far = 0;
    for (int64_t i = first(part); i < first(part + 1) && offset > 0; i++)
      for (int64_t j = 0; j < d; j++) far = std::max(far, std::fabs(rows[i * d + j] - m.origin[j]));
    reaches[part] = offset > 0 ? far : double(largest[part]);
  });
  double reach = *std::max_element(reaches.data(), reaches.data() + parts);
  m.rows = points;
  m.reach = reach;
  bool isSafe = reach == 0 || (reach > 1e-12 && reach < 1e12);
  if (offset == 0 && isSafe) return;
  if (!isSafe) m.scale = std::ldexp(1.0, -std::ilogb(reach));
  m.reach = reach * m.scale;
  m.moved.resize(n * d);
  parts = m.parts(double(n) * double(d));
  inParallel(parts, [&](int part) {
    for (int64_t i = m.part(part, parts); i < m.part(part + 1, parts); i++)
      for (int64_t j = 0; j < d; j++) m.moved[i * d + j] = m.toInner(points[i * d + j], j);
  });
  m.rows = m.moved.data();
}

void packNarrowPoints(CTKMeans &m) {
  int64_t lanes = m.kernel.lanes, d = m.d;
  int64_t padded = (m.n + m.unit - 1) / m.unit * m.unit;
  m.panels.resize(padded * d);
  int parts = m.parts(double(m.n) * double(d));
  inParallel(parts, [&](int part) {
    int64_t end = part + 1 == parts ? padded : m.part(part + 1, parts);
    for (int64_t i = m.part(part, parts); i < end; i++) {
      float *to = m.panels.data() + i / lanes * lanes * d + i % lanes;
      for (int64_t j = 0; j < d; j++) to[j * lanes] = i < m.n ? m.rows[i * d + j] : 0;
    }
  });
}

// Four sums, so that additions need not wait for each other.
double squaredNorm(const float *row, int64_t d) {
  double sums[4] = {};
  for (int64_t j = 0; j < d; j++) sums[j % 4] += double(row[j]) * row[j];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

}  // namespace

void toInner(const CTKMeans &m, const float *given, int64_t count, float *inner) {
  if (!m.moved.data()) {
    std::copy_n(given, count * m.d, inner);
    return;
  }
  for (int64_t i = 0; i < count; i++)
    for (int64_t j = 0; j < m.d; j++) inner[i * m.d + j] = m.toInner(given[i * m.d + j], j);
}

Centroids prepare(CTKMeans &m, const float *given, int64_t k) {
  int64_t d = m.d, lanes = m.kernel.lanes;
  Centroids c;
  c.k = k;
  c.d = d;
  m.inner.resize(k * d);
  toInner(m, given, k, m.inner.data());
  c.rows = m.inner.data();
  if (m.narrow) return c;
  c.vectors = (k + lanes - 1) / lanes;
  c.panels = (c.vectors + m.kernel.tileVectors - 1) / m.kernel.tileVectors;
  m.packed.resize(c.vectors * lanes * d);
  m.offsets.resize(c.vectors * lanes);
  int parts = m.parts(double(k) * double(d));
  inParallel(parts, [&](int part) {
    for (int64_t p = c.panels * part / parts; p < c.panels * (part + 1) / parts; p++) {
      int64_t first = firstVector(p, c.vectors, c.panels) * lanes;
      int64_t width = firstVector(p + 1, c.vectors, c.panels) * lanes - first;
      float *panel = m.packed.data() + first * d;
      int64_t present = std::min(width, k - first);
      const float *rows = c.rows + first * d;
      std::fill_n(panel, width * d, 0.0f);
      for (int64_t block = 0; block < d; block += 16)  // so that what is written stays in the cache
        for (int64_t i = 0; i < present; i++)
          for (int64_t j = block; j < std::min(block + 16, d); j++)
            panel[j * width + i] = -2 * rows[i * d + j];
      float *offsets = m.offsets.data() + first;
      std::fill_n(offsets, width, std::numeric_limits<float>::infinity());
      for (int64_t i = 0; i < present; i++) offsets[i] = float(squaredNorm(rows + i * d, d));
    }
  });
  c.packed = m.packed.data();
  c.offsets = m.offsets.data();
  return c;
}

void prepareScratch(CTKMeans &m, const Centroids &c, int parts, bool sums) {
  if (m.scratch.size() < size_t(parts)) m.scratch.resize(size_t(parts));
  for (int part = 0; part < parts; part++) {
    Scratch &s = m.scratch[size_t(part)];
    s.labels.resize(2 * m.chunk);
    s.distances.resize(2 * m.chunk);
    if (!m.narrow) {
      s.values.resize((m.chunk + m.kernel.tileRows) * m.kernel.lanes);
      s.indices.resize((m.chunk + m.kernel.tileRows) * m.kernel.lanes);
      s.tail.resize(m.kernel.tileRows * m.d);
      s.starts.resize(c.k + 1);
      s.order.resize(m.chunk);
    }
    if (!sums) continue;
    s.sums.resize(m.narrow ? 2 * c.k * narrowDimension : c.k * m.d);
    s.weights.resize(m.narrow ? 2 * c.k : c.k);
  }
}

}  // namespace ct::kmeans

using namespace ct::kmeans;

CTKMeans *ct_kmeans_new(const float *points, int64_t n, int64_t d, const float *weights,
                        const float *centroids, int64_t k, int32_t threads) {
  if (n < 1 || d < 1 || n > INT64_MAX / 64 / d || (centroids && k < 1)) return nullptr;
  return orElse<CTKMeans *>(nullptr, [&] {
    auto m = std::make_unique<CTKMeans>();
    m->n = n;
    m->d = d;
    m->weights = weights;
    m->threads = std::clamp(threads, 1, 1024);
    m->narrow = d <= narrowDimension;
    m->unit = m->narrow ? 2 * m->kernel.lanes : m->kernel.tileRows;
    // A chunk of wide points takes a fraction of a second-level cache.
    int64_t fitting = m->narrow ? chunkLimit : std::min(chunkLimit, (int64_t(192) << 10) / (4 * d));
    m->chunk = std::max(m->unit, fitting / m->unit * m->unit);
    chooseCoordinates(*m, points, centroids ? centroids : points, centroids ? k : n);
    if (m->narrow) packNarrowPoints(*m);
    return m.release();
  });
}

void ct_kmeans_free(CTKMeans *kmeans) { delete kmeans; }

const char *ct_kmeans_instructions(void) { return kernels().name; }
