// SPDX-License-Identifier: Apache-2.0
//
// Distances between points whose coordinates lie one after the other, so that a vector holds one
// coordinate of 16 points; sums of squared differences, in which nothing cancels.
#include "CTTrees.h"
#include "bfloat16.hpp"
#include "kmeans_kernels.hpp"
#include "threads.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace {

constexpr int64_t lanes = 16;
typedef float Vector __attribute__((vector_size(4 * lanes), aligned(4)));
typedef int32_t Mask __attribute__((vector_size(4 * lanes), aligned(4)));

template <class T> using Buffer = ct::kmeans::Buffer<T>;

constexpr int64_t tileRows = 8;

// Eight rows of the triangle, from `first` on: against all points before the last of them.
CT_VECTORIZED void triangleRows(const float *points, const float *columns, int64_t stride, int64_t n,
                                int64_t d, int64_t first, float *out) {
#pragma clang fp contract(off)
  const int64_t rows = std::min(tileRows, n - first);
  for (int64_t j = 0; j < first + rows - 1; j += lanes) {
    Vector sums[tileRows] = {};
    for (int64_t c = 0; c < d; c++) {
      const Vector y = *reinterpret_cast<const Vector *>(columns + c * stride + j);
#pragma clang loop unroll(full)
      for (int64_t r = 0; r < tileRows; r++) {
        const Vector difference = points[std::min(first + r, n - 1) * d + c] - y;
        sums[r] += difference * difference;
      }
    }
    for (int64_t r = 0; r < rows; r++) {
      const int64_t i = first + r;
      for (int64_t lane = 0; lane < std::min(lanes, i - j); lane++)
        out[i * (i - 1) / 2 + j + lane] = sums[r][lane];
    }
  }
}

struct Nearest {
  float distance;
  int64_t position;
};

// Distances that overflow are this, so that every point has one that is nearer than none.
constexpr float most = std::numeric_limits<float>::max();
constexpr Nearest nobody = {std::numeric_limits<float>::infinity(), -1};

CT_INLINE void offer(Nearest &nearest, float distance, int64_t position) {
  if (distance < nearest.distance || nearest.position < 0) nearest = {distance, position};
}

// The points low ..< high hear of the point that joined, `x`, and the nearest to the tree is told.
CT_VECTORIZED Nearest hear(const float *x, float coreOfX, int32_t name, const float *columns,
                           int64_t n, int64_t d, const float *core, float *best, int32_t *parent,
                           int64_t low, int64_t high) {
// Core distances come from another function: an edge as long must not be longer by a rounding.
#pragma clang fp contract(off)
  Nearest nearest = nobody;
  coreOfX = std::min(coreOfX, most);
  Vector farthest = {};
  farthest += most;
  int64_t j = low;
  for (; j + lanes <= high; j += lanes) {
    Vector sum = {};
    for (int64_t c = 0; c < d; c++) {
      const Vector difference = x[c] - *reinterpret_cast<const Vector *>(columns + c * n + j);
      sum += difference * difference;
    }
    const Vector own = *reinterpret_cast<const Vector *>(core + j);
    sum = sum > own ? sum : own;
    sum = sum < farthest ? sum : farthest;
    sum = sum > coreOfX ? sum : coreOfX + (sum - sum);
    Vector &known = *reinterpret_cast<Vector *>(best + j);
    const Mask nearer = sum < known;
    known = nearer ? sum : known;
    Mask &from = *reinterpret_cast<Mask *>(parent + j);
    from = nearer ? name + (from - from) : from;
    if (__builtin_reduce_or(known < nearest.distance) == 0) continue;
    for (int64_t lane = 0; lane < lanes; lane++) offer(nearest, known[lane], j + lane);
  }
  for (; j < high; j++) {
    float sum = 0;
    for (int64_t c = 0; c < d; c++)
      sum += (x[c] - columns[c * n + j]) * (x[c] - columns[c * n + j]);
    sum = std::min(std::max(std::max(sum, core[j]), coreOfX), most);
    if (sum < best[j]) {
      best[j] = sum;
      parent[j] = name;
    }
    offer(nearest, best[j], j);
  }
  return nearest;
}

}  // namespace

bool ct_pairwise_distances(const float *points, int64_t n, int64_t d, float *out, int32_t threads) {
  try {
    const int64_t stride = (n + lanes - 1) / lanes * lanes;
    Buffer<float> columns(d * stride);
    std::fill(columns.data(), columns.data() + d * stride, 0.0f);
    for (int64_t i = 0; i < n; i++)
      for (int64_t c = 0; c < d; c++) columns.data()[c * stride + i] = points[i * d + c];
    const int64_t tiles = (n + tileRows - 1) / tileRows;
    const int parts = int(std::clamp<int64_t>(n * n / 100'000, 1, threads));
    ct::inParallel(parts, [&](int part) {
      for (int64_t t = part; t < tiles; t += parts)
        triangleRows(points, columns.data(), stride, n, d, t * tileRows, out);
    });
    return true;
  } catch (...) {  // std::bad_alloc is all that can come
    return false;
  }
}

void ct_grow_tree(float *columns, int64_t n, int64_t d, int32_t *index, float *core, float *best,
                  int32_t *parent, int64_t outside, int64_t count, int32_t *joined,
                  int32_t *parents, float *lengths, int32_t threads) {
  std::vector<float> x(static_cast<size_t>(d));
  std::vector<Nearest> found(static_cast<size_t>(threads));
  for (int64_t step = 0; step < count; step++) {
    for (int64_t c = 0; c < d; c++) x[size_t(c)] = columns[c * n + outside];
    const int parts = int(std::clamp<int64_t>(outside * d / 200'000, 1, threads));
    ct::inParallel(parts, [&](int part) {
      found[size_t(part)] =
          hear(x.data(), core[outside], index[outside], columns, n, d, core, best, parent,
               outside * part / parts, outside * (part + 1) / parts);
    });
    Nearest nearest = nobody;
    for (int part = 0; part < parts; part++)
      if (found[size_t(part)].position >= 0)
        offer(nearest, found[size_t(part)].distance, found[size_t(part)].position);
    const int64_t at = nearest.position;
    joined[step] = index[at];
    parents[step] = parent[at];
    lengths[step] = nearest.distance;
    outside -= 1;
    for (int64_t c = 0; c < d; c++) std::swap(columns[c * n + at], columns[c * n + outside]);
    std::swap(index[at], index[outside]);
    std::swap(core[at], core[outside]);
    std::swap(best[at], best[outside]);
    std::swap(parent[at], parent[outside]);
  }
}
