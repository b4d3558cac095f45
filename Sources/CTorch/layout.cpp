// SPDX-License-Identifier: Apache-2.0
//
// UMAP's descent. The reference implementation lets threads overwrite each other's points; here the
// nodes move in groups, one group after the other. Those of a group do not see each other move, and
// what they pull along moves when all of them have, so the result is the same on any number of threads.
// Both ends of an edge move alike, as in the reference: a step may jump over its goal, and a node that
// jumps over a resting one, which then jumps over it, would walk away with it.
#include "CTProjection.h"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

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

constexpr int64_t groups = 16;
// Rows that a node is compared with at once, as many as a vector register holds.
constexpr int lanes = 8;

CT_INLINE float squaredDistance(const float *x, const float *y, int64_t d) {
  float sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (x[j] - y[j]) * (x[j] - y[j]);
  return sum;
}

// x^b for x >= 0, to 3e-6 of it from 1e-8 to 1e3 and 0 for denormal numbers: 2^(b log2 x), the logarithm
// by the series of the inverse hyperbolic tangent, the power by that of the exponential function.
CT_INLINE float raised(float x, float b) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  // The mantissa from sqrt(1/2) to sqrt(2), so that its logarithm is small.
  const int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const int32_t rest = bits - exponent * (1 << 23);
  float m;
  std::memcpy(&m, &rest, sizeof m);
  const float t = (m - 1) / (m + 1), t2 = t * t;
  const float series = 2.88539008f + t2 * (0.961796694f + t2 * (0.577078016f + t2 * 0.412198583f));
  const float power = std::min(126.0f, std::max(-126.0f, b * (float(exponent) + t * series)));
  const float whole = std::floor(power + 0.5f), f = power - whole;
  const float fraction =
      1 + f * (0.693147181f + f * (0.240226507f + f * (0.0555041087f + f * (0.00961812911f +
      f * (0.00133335581f + f * 0.000154035304f)))));
  const int32_t scaleBits = (int32_t(whole) + 127) * (1 << 23);
  float scale;
  std::memcpy(&scale, &scaleBits, sizeof scale);
  return x >= 1.17549435e-38f ? scale * fraction : 0.0f;
}

// Moves x away from some rows, all from where it is; where `pulls`, towards the first of them instead,
// which moves by `pulled` towards x.
CT_INLINE void moveNode(const CTLayout &l, const float *from, float *x, const int64_t *rows,
                        int count, bool pulls, int64_t self, float *pulled, float rate) {
  float start[64], square[lanes] = {}, power[lanes], push[lanes];
  for (int64_t j = 0; j < l.d; j++) start[j] = x[j];
  for (int lane = 0; lane < count; lane++)
    square[lane] = squaredDistance(start, from + rows[lane] * l.d, l.d);
  for (int lane = 0; lane < lanes; lane++) {
    power[lane] = raised(square[lane], l.b);
    push[lane] = 2 * l.repulsion * l.b / ((0.001f + square[lane]) * (1 + l.a * power[lane]));
  }
  if (pulls) {
    const float *y = from + rows[0] * l.d;
    const float pull =
        square[0] > 0 ? 2 * l.a * l.b * power[0] / (square[0] * (1 + l.a * power[0])) : 0.0f;
    for (int64_t j = 0; j < l.d; j++) pulled[j] = rate * clipped(pull * (start[j] - y[j]));
    for (int64_t j = 0; j < l.d; j++) x[j] -= pulled[j];
  }
  for (int lane = pulls; lane < count; lane++) {
    const float *y = from + rows[lane] * l.d;
    if (rows[lane] == self) continue;
    for (int64_t j = 0; j < l.d; j++) x[j] += rate * clipped(push[lane] * (start[j] - y[j]));
  }
}

// The nodes that move together, and what they pull along.
struct Group {
  std::vector<float> positions;   // of its nodes, in their order
  std::vector<int64_t> firstEdge;  // of each node, among the edges of the group
  std::vector<int32_t> pulled;    // the other end of each edge; -1 where the edge is not drawn
  std::vector<float> pulls;       // what it moves
};

// The nodes group, group + groups, and so on, from number `low` to before `high`.
CT_VECTORIZED void moveNodes(const CTLayout &l, const float *from, Group &own, int64_t group,
                             int64_t low, int64_t high, double epoch, int32_t negatives,
                             float rate) {
  for (int64_t number = low; number < high; number++) {
    const int64_t i = number * groups + group;
    const uint64_t key = l.keys ? mixed(l.keys[i]) : uint64_t(i);
    Stream stream{mixed(l.seed ^ mixed(uint64_t(epoch) << 32 ^ key))};
    float *x = own.positions.data() + number * l.d;
    int64_t place = own.firstEdge[number];
    for (int64_t j = 0; j < l.d; j++) x[j] = from[i * l.d + j];
    for (int64_t e = l.starts[i]; e < l.starts[i + 1]; e++, place++) {
      const double drawn = l.rates[e];
      const bool isDrawn = int64_t((epoch + 1) * drawn) > int64_t(epoch * drawn);
      own.pulled[place] = isDrawn ? l.neighbors[e] : -1;
      if (!isDrawn) continue;
      int64_t rows[lanes] = {l.neighbors[e]};
      int32_t left = negatives;
      for (bool pulls = true; pulls || left > 0; pulls = false) {
        int count = pulls;
        for (; count < lanes && left > 0; left--) rows[count++] = l.first + stream.below(l.targets);
        moveNode(l, from, x, rows, count, pulls, i, own.pulls.data() + place * l.d, rate);
      }
    }
  }
}

}  // namespace

bool ct_layout_step(const CTLayout *layout, float *positions, int64_t epoch, int32_t negatives,
                    float rate, int32_t threads) try {
  const CTLayout &l = *layout;
  const int64_t d = l.d, chunk = 64;
  Group own;
  own.positions.resize(size_t((l.nodes + groups - 1) / groups * d));
  for (int64_t group = 0; group < std::min(groups, l.nodes); group++) {
    const int64_t count = (l.nodes - group + groups - 1) / groups;
    own.firstEdge.assign(1, 0);
    for (int64_t i = group; i < l.nodes; i += groups)
      own.firstEdge.push_back(own.firstEdge.back() + l.starts[i + 1] - l.starts[i]);
    const int64_t edges = own.firstEdge.back();
    if (int64_t(own.pulled.size()) < edges) {
      own.pulled.resize(size_t(edges));
      own.pulls.resize(size_t(edges * d));
    }
    const int64_t chunks = (count + chunk - 1) / chunk;
    const int parts = int(std::clamp<int64_t>(chunks, 1, threads));
    ct::inParallel(parts, [&](int part) {
      for (int64_t c = part; c < chunks; c += parts)
        moveNodes(l, positions, own, group, c * chunk, std::min((c + 1) * chunk, count),
                  double(epoch), negatives, rate);
    });
    for (int64_t number = 0; number < count; number++)
      std::copy_n(own.positions.data() + number * d, d, positions + (number * groups + group) * d);
    // Each part moves the nodes of a range of its own, in the order of the edges.
    ct::inParallel(parts, [&](int part) {
      const int64_t low = l.nodes * part / parts, high = l.nodes * (part + 1) / parts;
      for (int64_t e = 0; e < edges; e++) {
        const int64_t node = own.pulled[e];
        if (node < low || node >= high) continue;
        for (int64_t j = 0; j < d; j++) positions[node * d + j] += own.pulls[e * d + j];
      }
    });
  }
  return true;
} catch (...) {  // std::bad_alloc is all that can come
  return false;
}
