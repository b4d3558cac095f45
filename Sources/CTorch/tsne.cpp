// SPDX-License-Identifier: Apache-2.0
//
// t-SNE's descent in the plane, but for the forces that push apart.
#include "CTProjection.h"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <algorithm>
#include <cmath>

namespace {

// The pull of a point's edges: sum of p (x - y) / (1 + |x - y|^2).
CT_VECTORIZED void pull(const CTEdges &edges, const float *points, int64_t low, int64_t high,
                        float *forces) {
#pragma clang fp reassociate(on)
  for (int64_t i = low; i < high; i++) {
    const float x = points[2 * i], y = points[2 * i + 1];
    float sumX = 0, sumY = 0;
    for (int64_t e = edges.starts[i]; e < edges.starts[i + 1]; e++) {
      const float *other = points + 2 * int64_t(edges.neighbors[e]);
      const float dx = x - other[0], dy = y - other[1];
      const float share = edges.values[e] / (1 + dx * dx + dy * dy);
      sumX += share * dx;
      sumY += share * dy;
    }
    forces[2 * i] = sumX;
    forces[2 * i + 1] = sumY;
  }
}

template <class Body> void forChunks(int64_t n, int32_t threads, const Body &body) {
  const int64_t chunk = 256, chunks = (n + chunk - 1) / chunk;
  const int parts = int(std::clamp<int64_t>(chunks, 1, threads));
  ct::inParallel(parts, [&](int part) {
    for (int64_t c = part; c < chunks; c += parts) body(c * chunk, std::min((c + 1) * chunk, n));
  });
}

}  // namespace

void ct_attraction(const CTEdges *edges, const float *points, float *forces, int32_t threads) {
  forChunks(edges->nodes, threads,
            [&](int64_t low, int64_t high) { pull(*edges, points, low, high, forces); });
}

void ct_momentum_step(const float *gradient, int64_t n, float rate, float momentum,
                      float longest_step, float *updates, float *gains, float *points,
                      int32_t threads) {
  forChunks(n, threads, [&](int64_t low, int64_t high) {
    for (int64_t i = low; i < high; i++) {
      float *update = updates + 2 * i;
      for (int64_t j = 2 * i; j < 2 * i + 2; j++) {
        const bool onward = gradient[j] * updates[j] < 0;
        gains[j] = onward ? gains[j] + 0.2f : std::max(gains[j] * 0.8f, 0.01f);
        updates[j] = momentum * updates[j] - rate * gains[j] * gradient[j];
      }
      const float length = std::sqrt(update[0] * update[0] + update[1] * update[1]);
      const float share = length > longest_step ? longest_step / length : 1;
      for (int64_t j = 2 * i; j < 2 * i + 2; j++) points[j] += updates[j] *= share;
    }
  });
}

double ct_tsne_cost(const CTEdges *edges, const float *points, double normalizer) {
  double sum = 0, mass = 0;
  for (int64_t i = 0; i < edges->nodes; i++)
    for (int64_t e = edges->starts[i]; e < edges->starts[i + 1]; e++) {
      const float *x = points + 2 * i, *y = points + 2 * int64_t(edges->neighbors[e]);
      const double dx = x[0] - y[0], dy = x[1] - y[1], p = edges->values[e];
      if (p > 0) sum += p * std::log(p * (1 + dx * dx + dy * dy));
      mass += p;
    }
  return sum + mass * std::log(normalizer);
}
