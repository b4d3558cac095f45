// SPDX-License-Identifier: Apache-2.0
//
// Exact nearest neighbours, in two passes that the last function of this file names.
//
// The first finds k candidates and a few spare ones for each query by products of centred rows,
// which are fast and round: the references are packed so that a vector holds one coordinate of 16
// of them; a tile of products stays in registers and is compared with the worst candidate kept. The
// distances that count are sums of squared differences of the rows as they were given. Where more
// than the spare candidates may have been missed, the second pass searches all references by these.
#include "CTProjection.h"
#include "bfloat16.hpp"
#include "kmeans_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

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

// The queries less the centre, in the tiles that `scan` reads: [tiles][d][tileRows].
struct Tiles {
  Buffer<float> values;
  int64_t n, d, count;

  Tiles(int64_t n, int64_t d) : n(n), d(d), count((n + tileRows - 1) / tileRows) {
    values.resize(count * tileRows * d);
  }

  // Beyond the last query it is repeated.
  void fill(const float *queries, const float *center, int64_t low, int64_t high) {
    float *x = values.data();
    for (int64_t t = low; t < high; t++)
      for (int64_t r = 0; r < tileRows; r++) {
        const int64_t row = std::min(t * tileRows + r, n - 1);
        for (int64_t j = 0; j < d; j++)
          x[(t * d + j) * tileRows + r] = queries[row * d + j] - center[j];
      }
  }

  const float *tile(int64_t t) const { return values.data() + t * d * tileRows; }
  int64_t firstRow(int64_t t) const { return std::min(t * tileRows, n); }
};

// The neighbours of one query: scores |y|^2 / 2 - x.y, or squared distances, the lowest first.
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

// The candidates of all queries, as many for each.
struct Candidates {
  Buffer<float> scores;
  Buffer<int32_t> indices;
  int64_t each;
  bool excludingSelf;

  Candidates(int64_t n, int64_t each, bool excludingSelf)
      : each(each), excludingSelf(excludingSelf) {
    scores.resize(n * each);
    indices.resize(n * each);
  }

  // None yet for the rows low ..< high.
  void clear(int64_t low, int64_t high) {
    std::fill_n(scores.data() + low * each, (high - low) * each,
                std::numeric_limits<float>::infinity());
    std::fill_n(indices.data() + low * each, (high - low) * each, 0);
  }

  Kept of(int64_t row) const {
    return {scores.data() + row * each, indices.data() + row * each, each,
            excludingSelf ? row : -1};
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

using Found = std::vector<std::pair<float, int32_t>>;

// Squared distances by the differences of the rows as they were given, and the k nearest in order.
// `found` is scratch.
void finish(const float *query, const float *references, int64_t d, Kept kept, int64_t k,
            int32_t *indices, float *distances, Found &found) {
#pragma clang fp contract(off)
  found.clear();
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

float squaredNorm(const float *row, const float *center, int64_t d) {
  float norm = 0;
  for (int64_t j = 0; j < d; j++) {
    const float value = row[j] - center[j];
    norm += value * value;
  }
  return norm;
}

// What is asked for, and where the answers go.
struct Problem {
  const float *queries;
  int64_t n;
  const float *references;
  int64_t m, d, k;
  bool excludingSelf;
  int32_t *indices;
  float *distances;
  int parts;  // that the queries are split into, one a thread

  const float *query(int64_t row) const { return queries + row * d; }
  // The references that a query may have as neighbours.
  int64_t available() const { return m - (excludingSelf ? 1 : 0); }
};

// Offers all references to the queries of the tiles low ..< high.
void collect(const Tiles &tiles, int64_t low, int64_t high, const Packed &packed,
             const Candidates &candidates) {
  for (int64_t block = 0; block < packed.panels; block += blockPanels) {
    const int64_t end = std::min(block + blockPanels, packed.panels);
    for (int64_t t = low; t < high; t++) {
      Kept kept[tileRows];
      const int64_t first = tiles.firstRow(t), rows = tiles.firstRow(t + 1) - first;
      for (int64_t r = 0; r < rows; r++) kept[r] = candidates.of(first + r);
      scan(tiles.tile(t), packed.values.data(), packed.halves.data(), packed.d, block, end, kept,
           rows);
    }
  }
}

// Answers a query from its candidates, and says whether the answer is certain.
bool answer(const Problem &problem, int64_t row, Kept candidates, const float *center,
            Found &found) {
  const int64_t d = problem.d, k = problem.k;
  const float worst = candidates.scores[candidates.k - 1];
  float *distances = problem.distances + row * k;
  finish(problem.query(row), problem.references, d, candidates, k, problem.indices + row * k,
         distances, found);
  if (!std::isfinite(worst)) return false;
  if (candidates.k == problem.available()) return true;
  return isCertain(distances[k - 1], worst, squaredNorm(problem.query(row), center, d), d);
}

// Answers all queries from candidates, and returns those whose answer is not certain, in order.
std::vector<int64_t> answerByProducts(const Problem &problem) {
  const std::vector<float> center = meanOfRows(problem.references, problem.m, problem.d);
  Packed packed(problem.m, problem.d);
  packed.fill(problem.references, center.data(), problem.parts);
  Tiles tiles(problem.n, problem.d);
  Candidates candidates(problem.n, std::min(problem.k + spares, problem.available()),
                        problem.excludingSelf);
  std::vector<char> isUncertain(problem.n);
  ct::inParallel(problem.parts, [&](int part) {
    const int64_t low = tiles.count * part / problem.parts;
    const int64_t high = tiles.count * (part + 1) / problem.parts;
    const int64_t firstRow = tiles.firstRow(low), endRow = tiles.firstRow(high);
    tiles.fill(problem.queries, center.data(), low, high);
    candidates.clear(firstRow, endRow);
    collect(tiles, low, high, packed, candidates);
    Found found;
    for (int64_t row = firstRow; row < endRow; row++)
      isUncertain[row] = !answer(problem, row, candidates.of(row), center.data(), found);
  });
  std::vector<int64_t> uncertain;
  for (int64_t row = 0; row < problem.n; row++)
    if (isUncertain[row]) uncertain.push_back(row);
  return uncertain;
}

// Answers some of the queries by their differences from all references.
void answerByDifferences(const Problem &problem, const std::vector<int64_t> &rows) {
  if (rows.empty()) return;
  const int64_t d = problem.d, k = problem.k, count = int64_t(rows.size());
  Packed packed(problem.m, d);
  const std::vector<float> zero(d);
  packed.fill(problem.references, zero.data(), problem.parts);
  ct::inParallel(problem.parts, [&](int part) {
    for (int64_t at = count * part / problem.parts; at < count * (part + 1) / problem.parts; at++) {
      const int64_t row = rows[at];
      search(problem.query(row), packed.values.data(), problem.m, d,
             {problem.distances + row * k, problem.indices + row * k, k,
              problem.excludingSelf ? row : -1});
    }
  });
}

}  // namespace

bool ct_nearest_neighbors(const float *queries, int64_t n, const float *references, int64_t m,
                          int64_t d, int64_t k, bool excluding_self, int32_t *indices,
                          float *distances, int32_t threads) {
  if (k < 1 || k > m - (excluding_self ? 1 : 0) || n < 0 || d < 1) return false;
  const int parts = int(std::clamp<int64_t>(n * m / 100'000, 1, threads));
  const Problem problem{queries, n, references, m, d, k, excluding_self, indices, distances, parts};
  try {
    answerByDifferences(problem, answerByProducts(problem));
    return true;
  } catch (...) {  // std::bad_alloc is all that can come
    return false;
  }
}
