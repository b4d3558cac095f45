// SPDX-License-Identifier: Apache-2.0
//
// How probable it is that a sample picks each of its neighbours, as t-SNE has it.
#include "CTProjection.h"
#include "threads.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace {

// The probabilities exp(-beta * distance) of one row; their entropy in nats.
double entropy(const float *distances, int64_t k, double beta, float *probabilities) {
  double mass = 0, energy = 0;
  const double nearest = distances[0];
  for (int64_t j = 0; j < k; j++) {
    const double distance = distances[j] - nearest, weight = std::exp(-beta * distance);
    probabilities[j] = float(weight);
    mass += weight;
    energy += distance * weight;
  }
  for (int64_t j = 0; j < k; j++) probabilities[j] = float(probabilities[j] / mass);
  return std::log(mass) + beta * energy / mass;
}

// Bisection for the beta of the wanted entropy, which falls as beta grows.
void search(const float *distances, int64_t k, double wanted, float *probabilities) {
  double low = 0, high = std::numeric_limits<double>::infinity();
  // In the unit of the row's own distances, so that no scale of the data is out of reach.
  double mean = 0;
  for (int64_t j = 0; j < k; j++) mean += (distances[j] - distances[0]) / double(k);
  double beta = mean > 0 ? 1 / mean : 1;
  for (int step = 0; step < 100; step++) {
    const double excess = entropy(distances, k, beta, probabilities) - wanted;
    if (std::abs(excess) < 1e-6) return;
    if (excess > 0) {
      low = beta;
      beta = std::isinf(high) ? 2 * beta : (low + high) / 2;
    } else {
      high = beta;
      beta = (low + high) / 2;
    }
  }
}

}  // namespace

void ct_perplexity(const float *distances, int64_t n, int64_t k, double perplexity,
                   float *probabilities, int32_t threads) {
  const double wanted = std::log(perplexity);
  const int parts = int(std::clamp<int64_t>(n * k / 10'000, 1, threads));
  ct::inParallel(parts, [&](int part) {
    for (int64_t i = n * part / parts; i < n * (part + 1) / parts; i++)
      search(distances + i * k, k, wanted, probabilities + i * k);
  });
}

int64_t ct_symmetric_edges(const int32_t *indices, const float *weights, int64_t n, int64_t k,
                           int64_t *starts, int32_t *neighbors, float *values) {
  try {
    // The edges that come in, by the node that they come to; their sources are ascending.
    std::vector<int64_t> firsts(n + 1, 0);
    for (int64_t e = 0; e < n * k; e++) firsts[indices[e] + 1]++;
    for (int64_t i = 0; i < n; i++) firsts[i + 1] += firsts[i];
    std::vector<int64_t> places(firsts.begin(), firsts.end() - 1);
    std::vector<int64_t> incoming(n * k);
    for (int64_t e = 0; e < n * k; e++) incoming[places[indices[e]]++] = e;
    std::vector<int64_t> outgoing(k);
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
      starts[i] = count;
      for (int64_t j = 0; j < k; j++) outgoing[j] = i * k + j;
      std::sort(outgoing.begin(), outgoing.end(),
                [&](int64_t a, int64_t b) { return indices[a] < indices[b]; });
      int64_t in = firsts[i], out = 0;
      while (in < firsts[i + 1] || out < k) {
        const int64_t source = in < firsts[i + 1] ? incoming[in] / k : n;
        const int64_t target = out < k ? indices[outgoing[out]] : n;
        const int64_t other = std::min(source, target);
        float value = 0;
        if (source == other) value += weights[incoming[in++]];
        if (target == other) value += weights[outgoing[out++]];
        neighbors[count] = int32_t(other);
        values[count++] = value / float(2 * n);
      }
    }
    starts[n] = count;
    return count;
  } catch (...) {  // std::bad_alloc is all that can come
    return -1;
  }
}
