// SPDX-License-Identifier: Apache-2.0
//
// Exact nearest neighbours. The references are packed so that a vector holds one coordinate of 16
// of them; a tile of products stays in registers and is compared with the worst candidate kept.
// Candidates are found in centred rows, by products, which round; the distances that count are sums of
// squared differences of the rows as they were given, and where more than the spare candidates may
// have been missed the whole query is searched by these.
#include "CTProjection.h"
#include "bfloat16.hpp"
#include "kmeans_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

constexpr int64_t lanes = 16;
constexpr int64_t tileRows = 8;       // queries that share a pass over the packed references
constexpr int64_t tileVectors = 2;    // vectors of references at once
constexpr int64_t tileWidth = lanes * tileVectors;
constexpr int64_t blockPanels = 32;   // panels that stay in the cache while many queries pass
constexpr int64_t spares = 8;         // candidates beyond the k that are asked for

typedef float Vector __attribute__((vector_size(4 * lanes)));
typedef int32_t Mask __attribute__((vector_size(4 * lanes)));

template <class T> using Buffer = ct::kmeans::Buffer<T>;

// [panels][d][tileWidth], and half the squared norms, infinite where there is no reference.
struct Packed {
  Buffer<float> values, halves;
  int64_t m, d, panels;

  Packed(int64_t m, int64_t d) : m(m), d(d), panels((m + tileWidth - 1) / tileWidth) {
    values.resize(panels * d * tileWidth);
    halves.resize(panels * tileWidth);
  }

  // The rows less `center`, by all threads.
  void fill(const float *rows, const float *center, int parts) {
    ct::inParallel(parts, [&](int part) {
      for (int64_t p = panels * part / parts; p < panels * (part + 1) / parts; p++)
        fill(rows, center, p);
    });
  }

  void fill(const float *rows, const float *center, int64_t panel) {
    float *target = values.data() + panel * d * tileWidth;
    for (int64_t lane = 0; lane < tileWidth; lane++) {
      const int64_t row = panel * tileWidth + lane;
      float half = 0;
      for (int64_t j = 0; j < d; j++) {
        const float x = row < m ? rows[row * d + j] - center[j] : 0;
        target[j * tileWidth + lane] = x;
        half += x * x / 2;
      }
      halves[panel * tileWidth + lane] =
          row < m ? half : std::numeric_limits<float>::infinity();
    }
  }
};

// The neighbours of one query: scores |y|^2 / 2 - x.y, the lowest first.
struct Kept {
  float *scores;
  int32_t *indices;
  int64_t k;
  int64_t skipped;

  void offer(float score, int64_t index) {
    if (index == skipped || !(score < scores[k - 1])) return;
    int64_t place = k - 1;
    for (; place > 0 && scores[place - 1] > score; place--) {
      scores[place] = scores[place - 1];
      indices[place] = indices[place - 1];
    }
    scores[place] = score;
    indices[place] = int32_t(index);
  }
};

// Eight queries against the panels low ..< high. The queries lie in `x` [d][tileRows].
CT_VECTORIZED void scan(const float *x, const float *packed, const float *halves, int64_t d,
                        int64_t low, int64_t high, Kept *kept, int64_t rows) {
  for (int64_t panel = low; panel < high; panel++) {
    const float *values = packed + panel * d * tileWidth;
    Vector sums[tileRows][tileVectors] = {};
    for (int64_t j = 0; j < d; j++) {
      Vector y[tileVectors];
#pragma clang loop unroll(full)
      for (int64_t v = 0; v < tileVectors; v++)
        y[v] = *reinterpret_cast<const Vector *>(values + j * tileWidth + v * lanes);
#pragma clang loop unroll(full)
      for (int64_t r = 0; r < tileRows; r++)
#pragma clang loop unroll(full)
        for (int64_t v = 0; v < tileVectors; v++) sums[r][v] += x[j * tileRows + r] * y[v];
    }
#pragma clang loop unroll(full)
    for (int64_t v = 0; v < tileVectors; v++) {
      const int64_t first = panel * tileWidth + v * lanes;
      const Vector half = *reinterpret_cast<const Vector *>(halves + first);
      for (int64_t r = 0; r < tileRows; r++) {
        if (r >= rows) break;
        const Vector scores = half - sums[r][v];
        const Mask better = scores < kept[r].scores[kept[r].k - 1];
        if (__builtin_reduce_or(better) == 0) continue;
        for (int64_t lane = 0; lane < lanes; lane++)
          if (better[lane]) kept[r].offer(scores[lane], first + lane);
      }
    }
  }
}

// A query by the differences from all references, which lie in `packed` as they were given.
CT_VECTORIZED void search(const float *query, const float *packed, int64_t m, int64_t d,
                          Kept kept) {
#pragma clang fp contract(off)
  std::fill_n(kept.scores, kept.k, std::numeric_limits<float>::infinity());
  for (int64_t first = 0; first < m; first += lanes) {
    const float *values = packed + first / tileWidth * d * tileWidth + first % tileWidth;
    Vector sums = {};
    for (int64_t j = 0; j < d; j++) {
      const Vector difference =
          query[j] - *reinterpret_cast<const Vector *>(values + j * tileWidth);
      sums += difference * difference;
    }
    const float worst = kept.scores[kept.k - 1];
    // What overflows is farther than all else, and nearer than nothing.
    if (std::isfinite(worst) && __builtin_reduce_or(sums < worst) == 0) continue;
    for (int64_t lane = 0; lane < std::min(lanes, m - first); lane++)
      kept.offer(std::min(sums[lane], std::numeric_limits<float>::max()), first + lane);
  }
}

// Whether no reference beside the candidates can be nearer than the k-th of them is. The others have
// a score of at least `worst`, which is rounded, as the norms are, in proportion to the norms.
bool isCertain(float distance, float worst, float norm, int64_t d) {
  const float rounding = std::numeric_limits<float>::epsilon() * (16 + std::sqrt(float(d)));
  const float others = 2 * worst + norm;  // their squared distance
  const float error = rounding * std::max(2 * norm, norm + std::abs(others));
  // Nothing is nearer than twins; false where anything is infinite or not a number.
  return distance == 0 || others - error >= distance;
}

// Squared distances by the differences of the rows as they were given, and the k nearest in order.
void finish(const float *query, const float *references, int64_t d, Kept kept, int64_t k,
            int32_t *indices, float *distances) {
#pragma clang fp contract(off)
  std::vector<std::pair<float, int32_t>> found;
  for (int64_t i = 0; i < kept.k; i++) {
    const float *other = references + int64_t(kept.indices[i]) * d;
    float sum = 0;
    for (int64_t j = 0; j < d; j++) sum += (query[j] - other[j]) * (query[j] - other[j]);
    found.emplace_back(sum, kept.indices[i]);
  }
  std::sort(found.begin(), found.end());
  for (int64_t i = 0; i < k; i++) {
    distances[i] = found[i].first;
    indices[i] = found[i].second;
  }
}

// In double precision and in order, so that it is the same on any number of threads.
std::vector<float> meanOfRows(const float *rows, int64_t m, int64_t d) {
  std::vector<double> sums(d);
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < d; j++) sums[j] += rows[i * d + j];
  std::vector<float> mean(d);
  for (int64_t j = 0; j < d; j++) mean[j] = float(sums[j] / double(m));
  return mean;
}

}  // namespace

bool ct_nearest_neighbors(const float *queries, int64_t n, const float *references, int64_t m,
                          int64_t d, int64_t k, bool excluding_self, int32_t *indices,
                          float *distances, int32_t threads) {
  if (k < 1 || k > m - (excluding_self ? 1 : 0) || n < 0 || d < 1) return false;
  try {
    const std::vector<float> center = meanOfRows(references, m, d);
    const int parts = int(std::clamp<int64_t>(n * m / 100'000, 1, threads));
    const int64_t wanted = std::min(k + spares, m - (excluding_self ? 1 : 0));
    std::vector<char> isUncertain(n);
    {
      Packed packed(m, d);
      packed.fill(references, center.data(), parts);
      const int64_t tilesInAll = (n + tileRows - 1) / tileRows;
      ct::inParallel(parts, [&](int part) {
        const int64_t low = tilesInAll * part / parts, high = tilesInAll * (part + 1) / parts;
        Buffer<float> tiles, scores;
        Buffer<int32_t> candidates;
        tiles.resize((high - low) * tileRows * d);
        scores.resize((high - low) * tileRows * wanted);
        candidates.resize((high - low) * tileRows * wanted);
        std::fill_n(scores.data(), (high - low) * tileRows * wanted,
                    std::numeric_limits<float>::infinity());
        std::fill_n(candidates.data(), (high - low) * tileRows * wanted, 0);
        float *x = tiles.data();
        for (int64_t t = low; t < high; t++)
          for (int64_t r = 0; r < tileRows; r++)
            for (int64_t j = 0; j < d; j++) {
              const int64_t row = std::min(t * tileRows + r, n - 1);
              x[((t - low) * d + j) * tileRows + r] = queries[row * d + j] - center[j];
            }
        auto keptOf = [&](int64_t row) -> Kept {
          const int64_t place = (row - low * tileRows) * wanted;
          return {scores.data() + place, candidates.data() + place, wanted,
                  excluding_self ? row : -1};
        };
        for (int64_t block = 0; block < packed.panels; block += blockPanels) {
          const int64_t end = std::min(block + blockPanels, packed.panels);
          for (int64_t t = low; t < high; t++) {
            Kept kept[tileRows];
            const int64_t rows = std::min(tileRows, n - t * tileRows);
            for (int64_t r = 0; r < rows; r++) kept[r] = keptOf(t * tileRows + r);
            scan(x + (t - low) * d * tileRows, packed.values.data(), packed.halves.data(), d,
                 block, end, kept, rows);
          }
        }
        for (int64_t row = low * tileRows; row < std::min(high * tileRows, n); row++) {
          const Kept kept = keptOf(row);
          const float worst = kept.scores[wanted - 1];
          finish(queries + row * d, references, d, kept, k, indices + row * k, distances + row * k);
          float norm = 0;
          for (int64_t j = 0; j < d; j++) {
            const float value = queries[row * d + j] - center[j];
            norm += value * value;
          }
          const bool hasAll = wanted == m - (excluding_self ? 1 : 0) && std::isfinite(worst);
          isUncertain[row] = !hasAll && !(std::isfinite(worst) &&
                                          isCertain(distances[row * k + k - 1], worst, norm, d));
        }
      });
    }
    std::vector<int64_t> uncertain;
    for (int64_t row = 0; row < n; row++)
      if (isUncertain[row]) uncertain.push_back(row);
    if (uncertain.empty()) return true;
    Packed packed(m, d);
    const std::vector<float> zero(d);
    packed.fill(references, zero.data(), parts);
    ct::inParallel(parts, [&](int part) {
      const int64_t count = int64_t(uncertain.size());
      for (int64_t at = count * part / parts; at < count * (part + 1) / parts; at++) {
        const int64_t row = uncertain[at];
        search(queries + row * d, packed.values.data(), m, d,
               {distances + row * k, indices + row * k, k, excluding_self ? row : -1});
      }
    });
    return true;
  } catch (...) {  // std::bad_alloc is all that can come
    return false;
  }
}
