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

CT_INLINE float squaredDistance(const float *x, const float *y, int64_t d) {
  float sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (x[j] - y[j]) * (x[j] - y[j]);
  return sum;
}

CT_INLINE void move(float *x, const float *y, int64_t d, float coefficient, float rate) {
  for (int64_t j = 0; j < d; j++) x[j] += rate * clipped(coefficient * (x[j] - y[j]));
}

// Moves x towards y; `other` is what y moves towards x.
CT_INLINE void pull(const CTLayout &l, float *x, const float *y, float *other, float rate) {
  const float square = squaredDistance(x, y, l.d);
  const float raised = std::pow(square, l.b);
  const float coefficient =
      square > 0 ? 2 * l.a * l.b * raised / (square * (1 + l.a * raised)) : 0.0f;
  for (int64_t j = 0; j < l.d; j++) other[j] = rate * clipped(coefficient * (x[j] - y[j]));
  for (int64_t j = 0; j < l.d; j++) x[j] -= other[j];
}

CT_INLINE void push(const CTLayout &l, float *x, const float *y, float rate) {
  const float square = squaredDistance(x, y, l.d);
  if (!(square > 0)) return;
  const float raised = std::pow(square, l.b);
  move(x, y, l.d, 2 * l.repulsion * l.b / ((0.001f + square) * (1 + l.a * raised)), rate);
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
    Stream stream{mixed(l.seed ^ mixed(uint64_t(epoch) << 32 ^ uint64_t(i)))};
    float *x = own.positions.data() + number * l.d;
    int64_t place = own.firstEdge[number];
    for (int64_t j = 0; j < l.d; j++) x[j] = from[i * l.d + j];
    for (int64_t e = l.starts[i]; e < l.starts[i + 1]; e++, place++) {
      const double drawn = l.rates[e];
      const bool isDrawn = int64_t((epoch + 1) * drawn) > int64_t(epoch * drawn);
      own.pulled[place] = isDrawn ? l.neighbors[e] : -1;
      if (!isDrawn) continue;
      pull(l, x, from + int64_t(l.neighbors[e]) * l.d, own.pulls.data() + place * l.d, rate);
      for (int32_t s = 0; s < negatives; s++) {
        const int64_t other = stream.below(l.targets);
        if (other != i) push(l, x, from + other * l.d, rate);
      }
    }
  }
}

}  // namespace

void ct_layout_step(const CTLayout *layout, float *positions, int64_t epoch, int32_t negatives,
                    float rate, int32_t threads) {
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
}
