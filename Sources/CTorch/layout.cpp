// SPDX-License-Identifier: Apache-2.0
//
// UMAP's descent. The reference implementation lets threads overwrite each other's points; here a
// node moves on its own while the others rest, so the result is the same on any number of threads.
#include "CTProjection.h"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <algorithm>
#include <cmath>

namespace {

// SplitMix64 (Steele, Lea, Flood 2014).
CT_INLINE uint64_t mixed(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct Stream {
  uint64_t state;
  __attribute__((always_inline)) uint64_t next() { return mixed(state += 0x9e3779b97f4a7c15); }
  __attribute__((always_inline)) int64_t below(int64_t limit) {
    return int64_t((unsigned __int128)(next()) * uint64_t(limit) >> 64);
  }
};

CT_INLINE float clipped(float x) { return std::min(4.0f, std::max(-4.0f, x)); }

constexpr float longestPull = 0.1f;

CT_INLINE float squaredDistance(const float *x, const float *y, int64_t d) {
  float sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (x[j] - y[j]) * (x[j] - y[j]);
  return sum;
}

CT_INLINE void move(float *x, const float *y, int64_t d, float coefficient, float rate) {
  for (int64_t j = 0; j < d; j++) x[j] += rate * clipped(coefficient * (x[j] - y[j]));
}

// At most a tenth of the way: both ends of an edge move at once and each node has many edges, so
// longer steps overshoot, and tear groups apart that the reference, which moves the two ends of one
// edge at a time, keeps together.
CT_INLINE void pull(const CTLayout &l, float *x, const float *y, float rate) {
  const float square = squaredDistance(x, y, l.d);
  if (!(square > 0)) return;
  const float raised = std::pow(square, l.b);
  const float coefficient = 2 * l.a * l.b * raised / (square * (1 + l.a * raised));
  move(x, y, l.d, -std::min(coefficient, longestPull / rate), rate);
}

CT_INLINE void push(const CTLayout &l, float *x, const float *y, float rate) {
  const float square = squaredDistance(x, y, l.d);
  if (!(square > 0)) return;
  const float raised = std::pow(square, l.b);
  move(x, y, l.d, 2 * l.repulsion * l.b / ((0.001f + square) * (1 + l.a * raised)), rate);
}

// The nodes low ..< high, one after the other.
CT_VECTORIZED void moveNodes(const CTLayout &l, const float *from, float *to, int64_t low,
                             int64_t high, int64_t half_epoch, int32_t negatives, float rate) {
  const double epoch = double(half_epoch / 2);
  for (int64_t i = low; i < high; i++) {
    Stream stream{mixed(l.seed ^ mixed(uint64_t(half_epoch) << 32 ^ uint64_t(i)))};
    float *x = to + i * l.d;
    for (int64_t j = 0; j < l.d; j++) x[j] = from[i * l.d + j];
    for (int64_t e = l.starts[i]; e < l.starts[i + 1]; e++) {
      const double drawn = l.rates[e];
      if (int64_t((epoch + 1) * drawn) <= int64_t(epoch * drawn)) continue;
      pull(l, x, from + int64_t(l.neighbors[e]) * l.d, rate);
      for (int32_t s = 0; s < negatives; s++) {
        const int64_t other = stream.below(l.targets);
        if (other != i) push(l, x, from + other * l.d, rate);
      }
    }
  }
}

}  // namespace

void ct_layout_step(const CTLayout *layout, const float *from, float *to, int64_t half_epoch,
                    int32_t negatives, float rate, int32_t threads) {
  const int64_t chunk = 256, chunks = (layout->nodes + chunk - 1) / chunk;
  const int parts = int(std::clamp<int64_t>(chunks, 1, threads));
  ct::inParallel(parts, [&](int part) {
    for (int64_t c = part; c < chunks; c += parts)
      moveNodes(*layout, from, to, c * chunk, std::min((c + 1) * chunk, layout->nodes), half_epoch,
                negatives, rate);
  });
}
