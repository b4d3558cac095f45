// SPDX-License-Identifier: Apache-2.0
//
// Exact nearest neighbours. The references are packed so that a vector holds one coordinate of 16
// of them; a tile of products stays in registers and is compared with the worst neighbour kept.
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

typedef float Vector __attribute__((vector_size(4 * lanes)));
typedef int32_t Mask __attribute__((vector_size(4 * lanes)));

template <class T> using Buffer = ct::kmeans::Buffer<T>;

// [panels][d][tileWidth], and half the squared norms, infinite where there is no reference.
struct Packed {
  Buffer<float> values, halves;
  int64_t m, d, panels;

  Packed(const float *rows, int64_t m, int64_t d) : m(m), d(d), panels((m + tileWidth - 1) / tileWidth) {
    values.resize(panels * d * tileWidth);
    halves.resize(panels * tileWidth);
  }

  void fill(const float *rows, int64_t panel) {
    float *target = values.data() + panel * d * tileWidth;
    for (int64_t lane = 0; lane < tileWidth; lane++) {
      const int64_t row = panel * tileWidth + lane;
      float half = 0;
      for (int64_t j = 0; j < d; j++) {
        const float x = row < m ? rows[row * d + j] : 0;
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

// A query whose neighbours are so near, for where it lies, that scores cannot tell them apart: by the
// differences from all references.
void search(const float *query, const float *references, int64_t m, int64_t d, Kept kept) {
  std::fill_n(kept.scores, kept.k, std::numeric_limits<float>::infinity());
  for (int64_t i = 0; i < m; i++) {
    float sum = 0;
    for (int64_t j = 0; j < d; j++)
      sum += (query[j] - references[i * d + j]) * (query[j] - references[i * d + j]);
    kept.offer(std::min(sum, std::numeric_limits<float>::max()), i);
  }
}

// Whether the rounding of scores, which grows with the query's norm, is small beside the distance of
// the last neighbour that was kept. Nothing is nearer than twins.
bool isCertain(const float *query, int64_t d, float last) {
  float norm = 0;
  for (int64_t j = 0; j < d; j++) norm += query[j] * query[j];
  const float rounding = std::numeric_limits<float>::epsilon() * (16 + std::sqrt(float(d)));
  return last == 0 || last > rounding * norm;  // false where anything is infinite or not a number
}

// Squared distances from the differences, where products would cancel, and in their order.
void finish(const float *query, const float *references, int64_t d, int64_t k, int32_t *indices,
            float *distances) {
  std::vector<std::pair<float, int32_t>> found;
  for (int64_t i = 0; i < k; i++) {
    const float *other = references + int64_t(indices[i]) * d;
    float sum = 0;
    for (int64_t j = 0; j < d; j++) sum += (query[j] - other[j]) * (query[j] - other[j]);
    found.emplace_back(sum, indices[i]);
  }
  std::sort(found.begin(), found.end());
  for (int64_t i = 0; i < k; i++) {
    distances[i] = found[i].first;
    indices[i] = found[i].second;
  }
}

}  // namespace

bool ct_nearest_neighbors(const float *queries, int64_t n, const float *references, int64_t m,
                          int64_t d, int64_t k, bool excluding_self, int32_t *indices,
                          float *distances, int32_t threads) {
  if (k < 1 || k > m - (excluding_self ? 1 : 0) || n < 0 || d < 1) return false;
  try {
    Packed packed(references, m, d);
    const int parts = int(std::clamp<int64_t>(n * m / 100'000, 1, threads));
    ct::inParallel(parts, [&](int part) {
      for (int64_t p = packed.panels * part / parts; p < packed.panels * (part + 1) / parts; p++)
        packed.fill(references, p);
    });
    std::fill(distances, distances + n * k, std::numeric_limits<float>::infinity());
    std::fill(indices, indices + n * k, 0);
    std::vector<Buffer<float>> tiles(parts);
    const int64_t tilesInAll = (n + tileRows - 1) / tileRows;
    for (auto &tile : tiles)
      tile.resize((tilesInAll / parts + 1) * tileRows * d);
    ct::inParallel(parts, [&](int part) {
      const int64_t low = tilesInAll * part / parts, high = tilesInAll * (part + 1) / parts;
      float *x = tiles[part].data();
      for (int64_t t = low; t < high; t++)
        for (int64_t r = 0; r < tileRows; r++)
          for (int64_t j = 0; j < d; j++) {
            const int64_t row = std::min(t * tileRows + r, n - 1);
            x[((t - low) * d + j) * tileRows + r] = queries[row * d + j];
          }
      for (int64_t block = 0; block < packed.panels; block += blockPanels) {
        const int64_t end = std::min(block + blockPanels, packed.panels);
        for (int64_t t = low; t < high; t++) {
          Kept kept[tileRows];
          const int64_t rows = std::min(tileRows, n - t * tileRows);
          for (int64_t r = 0; r < rows; r++) {
            const int64_t row = t * tileRows + r;
            kept[r] = {distances + row * k, indices + row * k, k, excluding_self ? row : -1};
          }
          scan(x + (t - low) * d * tileRows, packed.values.data(), packed.halves.data(), d, block,
               end, kept, rows);
        }
      }
      for (int64_t row = low * tileRows; row < std::min(high * tileRows, n); row++) {
        const bool isFull = std::isfinite(distances[row * k + k - 1]);
        finish(queries + row * d, references, d, k, indices + row * k, distances + row * k);
        if (isFull && isCertain(queries + row * d, d, distances[row * k + k - 1])) continue;
        search(queries + row * d, references, m, d,
               {distances + row * k, indices + row * k, k, excluding_self ? row : -1});
      }
    });
    return true;
  } catch (...) {  // std::bad_alloc is all that can come
    return false;
  }
}
