// SPDX-License-Identifier: Apache-2.0
//
// Training of DeepDPM's networks. They are so small that a batch takes microseconds, less than a
// single operation on tensors costs beside its arithmetic.
#include "CTClusterNetwork.h"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace {

// Sums may be taken in any order, so that they can be taken in vectors.
#define CT_REASSOCIATE _Pragma("clang fp reassociate(on) contract(fast)")

constexpr float smoothing = 1e-5f;
constexpr float beta1 = 0.9f, beta2 = 0.999f, epsilon = 1e-8f;

// Where the weights of one network begin.
struct Weights {
  float *input, *inputBias, *output, *outputBias;
};

CT_INLINE Weights split(float *w, int64_t d, int64_t hidden, int64_t outputs) {
  float *bias = w + d * hidden, *output = bias + hidden;
  return {w, bias, output, output + outputs * hidden};
}

CT_INLINE int64_t weightCount(int64_t d, int64_t hidden, int64_t outputs) {
  return (d + 1) * hidden + outputs * (hidden + 1);
}

CT_INLINE int64_t aligned(int64_t hidden) {
  __builtin_assume(hidden % 16 == 0 && hidden > 0);
  return hidden;
}

// The hidden units of a row, after ReLU, and the outputs.
CT_INLINE void forward(const Weights &w, const float *x, int64_t d, int64_t width,
                       int64_t outputs, float *__restrict units, float *__restrict result) {
  CT_REASSOCIATE
  const int64_t hidden = aligned(width);
  for (int64_t j = 0; j < hidden; j++) units[j] = w.inputBias[j];
  for (int64_t i = 0; i < d; i++) {
    const float *__restrict row = w.input + i * hidden;
    const float value = x[i];
    for (int64_t j = 0; j < hidden; j++) units[j] += value * row[j];
  }
  for (int64_t j = 0; j < hidden; j++) units[j] = std::max(units[j], 0.0f);
  for (int64_t k = 0; k < outputs; k++) {
    const float *__restrict row = w.output + k * hidden;
    float sum = 0;
    for (int64_t j = 0; j < hidden; j++) sum += units[j] * row[j];
    result[k] = sum + w.outputBias[k];
  }
}

// Adds the gradient by the weights to `g`, from the one by the outputs.
CT_INLINE void backward(const Weights &w, const Weights &g, const float *x, int64_t d,
                        int64_t width, int64_t outputs, const float *__restrict units,
                        const float *__restrict byOutput, float *__restrict byUnit) {
  const int64_t hidden = aligned(width);
  for (int64_t j = 0; j < hidden; j++) byUnit[j] = 0;
  for (int64_t k = 0; k < outputs; k++) {
    const float slope = byOutput[k];
    const float *__restrict row = w.output + k * hidden;
    float *__restrict sum = g.output + k * hidden;
    for (int64_t j = 0; j < hidden; j++) {
      byUnit[j] += slope * row[j];
      sum[j] += slope * units[j];
    }
    g.outputBias[k] += slope;
  }
  for (int64_t j = 0; j < hidden; j++) {
    byUnit[j] = units[j] > 0 ? byUnit[j] : 0;
    g.inputBias[j] += byUnit[j];
  }
  for (int64_t i = 0; i < d; i++) {
    float *__restrict row = g.input + i * hidden;
    const float value = x[i];
    for (int64_t j = 0; j < hidden; j++) row[j] += value * byUnit[j];
  }
}

CT_INLINE int64_t argmax(const float *values, int64_t count) {
  int64_t best = 0;
  for (int64_t k = 1; k < count; k++)
    if (values[k] > values[best]) best = k;
  return best;
}

CT_INLINE void softmax(float *values, int64_t count) {
  const float most = values[argmax(values, count)];
  float sum = 0;
  for (int64_t k = 0; k < count; k++) sum += values[k] = std::exp(values[k] - most);
  for (int64_t k = 0; k < count; k++) values[k] /= sum;
}

// sum_k t_k (log t_k - log s_k) with s the probabilities made smooth; their place is taken by the
// derivative by the logits.
CT_INLINE float divergence(const float *target, float *p, int64_t count) {
  const float whole = 1 + float(count) * smoothing;
  float loss = 0, mean = 0;
  for (int64_t k = 0; k < count; k++) {
    const float t = (target[k] + smoothing) / whole, s = p[k] + smoothing;
    loss += t * std::log(t / s * whole);
    mean += p[k] * t / s;
  }
  for (int64_t k = 0; k < count; k++) {
    const float t = (target[k] + smoothing) / whole;
    p[k] *= mean - t / (p[k] + smoothing);
  }
  return loss;
}

CT_INLINE float squaredDistance(const float *x, const float *y, int64_t d) {
  float sum = 0;
  for (int64_t j = 0; j < d; j++) sum += (x[j] - y[j]) * (x[j] - y[j]);
  return sum;
}

// The share of the first of two parts.
CT_INLINE float firstShare(const float *logits) {
  return 1 / (1 + std::exp(logits[1] - logits[0]));
}

// Kingma and Ba 2015, algorithm 1; the gradients are zero afterwards.
CT_INLINE void adam(CTAdamState &state, float *__restrict gradient, int64_t count, float scale) {
  state.steps += 1;
  const float stepSize = float(state.rate / (1 - std::pow(double(beta1), double(state.steps))));
  const float root = float(std::sqrt(1 - std::pow(double(beta2), double(state.steps))));
  float *__restrict weights = state.weights, *__restrict mean = state.mean,
                   *__restrict square = state.square;
  for (int64_t i = 0; i < count; i++) {
    const float g = gradient[i] * scale;
    const float m = mean[i] + (1 - beta1) * (g - mean[i]);
    const float v = beta2 * square[i] + (1 - beta2) * g * g;
    mean[i] = m;
    square[i] = v;
    weights[i] -= stepSize * m / (__builtin_elementwise_sqrt(v) / root + epsilon);
    gradient[i] = 0;
  }
}

struct Scratch {
  std::vector<float> clusters, parts, units, byUnit, outputs;
};

CT_VECTORIZED void train(const CTClusterNetwork &n, CTAdamState &clusters, CTAdamState *parts,
                         const float *rows, const float *targets, const float *centers,
                         const int64_t *order, int64_t count, int64_t batch, Scratch &s,
                         double *losses) {
  const int64_t d = n.d, hidden = n.hidden, block = weightCount(d, hidden, 2);
  const Weights w = split(clusters.weights, d, hidden, n.clusters);
  const Weights g = split(s.clusters.data(), d, hidden, n.clusters);
  losses[0] = losses[1] = 0;
  for (int64_t low = 0; low < count; low += batch) {
    const int64_t high = std::min(low + batch, count);
    for (int64_t place = low; place < high; place++) {
      const int64_t i = order[place];
      const float *x = rows + i * d;
      float *outputs = s.outputs.data(), *units = s.units.data();
      forward(w, x, d, hidden, n.clusters, units, outputs);
      const int64_t z = argmax(outputs, n.clusters);
      softmax(outputs, n.clusters);
      losses[0] += divergence(targets + i * n.clusters, outputs, n.clusters);
      backward(w, g, x, d, hidden, n.clusters, units, outputs, s.byUnit.data());
      if (!parts) continue;
      const Weights own = split(parts->weights + z * block, d, hidden, 2);
      const Weights ownGradient = split(s.parts.data() + z * block, d, hidden, 2);
      float pair[2];
      forward(own, x, d, hidden, 2, units, pair);
      const float share = firstShare(pair);
      const float first = squaredDistance(x, centers + 2 * z * d, d);
      const float second = squaredDistance(x, centers + (2 * z + 1) * d, d);
      losses[1] += share * first + (1 - share) * second;
      pair[0] = share * (1 - share) * (first - second);
      pair[1] = -pair[0];
      backward(own, ownGradient, x, d, hidden, 2, units, pair, s.byUnit.data());
    }
    const float scale = 1.0f / float(high - low);
    adam(clusters, s.clusters.data(), int64_t(s.clusters.size()), scale);
    if (parts) adam(*parts, s.parts.data(), int64_t(s.parts.size()), scale);
  }
  losses[0] /= double(count);
  losses[1] /= double(count);
}

CT_VECTORIZED void apply(const CTClusterNetwork &n, const float *clusters, const float *parts,
                         const float *rows, int64_t low, int64_t high, float *units,
                         float *probabilities, int32_t *labels, float *shares) {
  const int64_t d = n.d, hidden = n.hidden, block = weightCount(d, hidden, 2);
  const Weights w = split(const_cast<float *>(clusters), d, hidden, n.clusters);
  for (int64_t i = low; i < high; i++) {
    const float *x = rows + i * d;
    float *own = probabilities + i * n.clusters;
    forward(w, x, d, hidden, n.clusters, units, own);
    softmax(own, n.clusters);
    const int64_t z = argmax(own, n.clusters);
    labels[i] = int32_t(z);
    if (!shares) continue;
    float pair[2];
    forward(split(const_cast<float *>(parts) + z * block, d, hidden, 2), x, d, hidden, 2, units,
            pair);
    shares[2 * i] = firstShare(pair);
    shares[2 * i + 1] = 1 - shares[2 * i];
  }
}

}  // namespace

bool ct_cluster_network_train(const CTClusterNetwork *n, CTAdamState *clusters,
                              CTAdamState *parts, const float *rows, const float *targets,
                              const float *centers, const int64_t *order, int64_t count,
                              int64_t batch, double losses[2]) {
  try {
    Scratch s;
    s.clusters.resize(size_t(weightCount(n->d, n->hidden, n->clusters)));
    if (parts) s.parts.resize(size_t(n->clusters * weightCount(n->d, n->hidden, 2)));
    s.units.resize(size_t(n->hidden));
    s.byUnit.resize(size_t(n->hidden));
    s.outputs.resize(size_t(n->clusters));
    train(*n, *clusters, parts, rows, targets, centers, order, count, batch, s, losses);
    return true;
  } catch (const std::bad_alloc &) {
    return false;
  }
}

bool ct_cluster_network_apply(const CTClusterNetwork *n, const float *clusters,
                              const float *parts, const float *rows, int64_t count,
                              float *probabilities, int32_t *labels, float *shares,
                              int32_t threads) {
  try {
    const int pieces = int(std::clamp<int64_t>(count / 1024, 1, threads));
    std::vector<float> units(size_t(pieces * n->hidden));
    ct::inParallel(pieces, [&](int piece) {
      apply(*n, clusters, parts, rows, count * piece / pieces, count * (piece + 1) / pieces,
            units.data() + piece * n->hidden, probabilities, labels, shares);
    });
    return true;
  } catch (const std::bad_alloc &) {
    return false;
  }
}
