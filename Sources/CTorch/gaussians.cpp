// SPDX-License-Identifier: Apache-2.0
//
// What an iteration of expectation and maximisation needs of the rows, in double precision.
#include "CTClusterNetwork.h"
#include "bfloat16.hpp"
#include "threads.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace {

// Rows that are whitened together.
constexpr int64_t lanes = 8;

// Fewer pieces than threads may be idle, but what is summed in which order never changes.
constexpr int64_t pieces = 8;

// |W (x - mean)|^2 for `lanes` rows; `columns` and `moved` [d, lanes].
CT_INLINE void squaredNorms(const double *columns, const double *mean, const double *whitening,
                            int64_t d, double *__restrict moved, double *__restrict norms) {
  for (int64_t j = 0; j < d; j++)
    for (int64_t l = 0; l < lanes; l++) moved[j * lanes + l] = columns[j * lanes + l] - mean[j];
  double total[lanes] = {};
  for (int64_t i = 0; i < d; i++) {
    double sum[lanes] = {};
    for (int64_t j = 0; j <= i; j++) {
      const double factor = whitening[i * d + j];
      for (int64_t l = 0; l < lanes; l++) sum[l] += factor * moved[j * lanes + l];
    }
    for (int64_t l = 0; l < lanes; l++) total[l] += sum[l] * sum[l];
  }
  for (int64_t l = 0; l < lanes; l++) norms[l] = total[l];
}

CT_VECTORIZED void responsibilities(const float *rows, int64_t low, int64_t high, int64_t d,
                                    int64_t k, const double *logScales, const double *means,
                                    const double *whitening, double *scratch,
                                    float *probabilities) {
  double *columns = scratch, *moved = columns + d * lanes, *logs = moved + d * lanes;
  for (int64_t first = low; first < high; first += lanes) {
    const int64_t here = std::min(lanes, high - first);
    for (int64_t l = 0; l < lanes; l++)
      for (int64_t j = 0; j < d; j++)
        columns[j * lanes + l] = rows[(first + std::min(l, here - 1)) * d + j];
    for (int64_t c = 0; c < k; c++)
      squaredNorms(columns, means + c * d, whitening + c * d * d, d, moved, logs + c * lanes);
    for (int64_t l = 0; l < here; l++) {
      double most = -INFINITY, sum = 0;
      for (int64_t c = 0; c < k; c++) {
        double &value = logs[c * lanes + l];
        value = logScales[c] - value / 2;
        most = std::max(most, value);
      }
      for (int64_t c = 0; c < k; c++) {
        double &value = logs[c * lanes + l];
        sum += value = value < most - 50 ? 0 : std::exp(value - most);
      }
      for (int64_t c = 0; c < k; c++)
        probabilities[(first + l) * k + c] = float(logs[c * lanes + l] / sum);
    }
  }
}

struct Grouping {
  const int32_t *group;
  const float *weights;
  int64_t columns;
};

CT_VECTORIZED void moments(const float *rows, int64_t low, int64_t high, int64_t d,
                           const double *origin, const Grouping &grouping,
                           double *__restrict features, double *__restrict sums) {
  const int64_t width = 1 + d + d * (d + 1) / 2;
  for (int64_t i = low; i < high; i++) {
    double *x = features + 1, *product = x + d;
    features[0] = 1;
    for (int64_t j = 0; j < d; j++) x[j] = double(rows[i * d + j]) - origin[j];
    for (int64_t j = 0; j < d; j++)
      for (int64_t l = 0; l <= j; l++) *product++ = x[j] * x[l];
    const int64_t first = (grouping.group ? grouping.group[i] : 0) * grouping.columns;
    for (int64_t c = 0; c < grouping.columns; c++) {
      const float weight = grouping.weights ? grouping.weights[i * grouping.columns + c] : 1.0f;
      if (weight < 1e-6f) continue;
      double *__restrict sum = sums + (first + c) * width;
      for (int64_t f = 0; f < width; f++) sum[f] += double(weight) * features[f];
    }
  }
}

}  // namespace

bool ct_gaussian_responsibilities(const float *rows, int64_t n, int64_t d, int64_t k,
                                  const double *log_scales, const double *means,
                                  const double *whitening, float *probabilities,
                                  int32_t threads) {
  try {
    const int parts = int(std::clamp<int64_t>(n / 1024, 1, threads));
    const int64_t size = (2 * d + k) * lanes;
    std::vector<double> scratch(size_t(parts * size));
    ct::inParallel(parts, [&](int part) {
      responsibilities(rows, n * part / parts, n * (part + 1) / parts, d, k, log_scales, means,
                       whitening, scratch.data() + part * size, probabilities);
    });
    return true;
  } catch (const std::bad_alloc &) {
    return false;
  }
}

bool ct_moments(const float *rows, int64_t n, int64_t d, const double *origin,
                const int32_t *group, int64_t groups, const float *weights, int64_t columns,
                double *sums, int32_t threads) {
  try {
    const int64_t width = 1 + d + d * (d + 1) / 2, total = groups * columns * width;
    std::vector<double> own(size_t(pieces * total)), features(size_t(pieces * width));
    const int parts = int(std::min<int64_t>(pieces, std::max(threads, 1)));
    ct::inParallel(parts, [&](int part) {
      for (int64_t piece = part; piece < pieces; piece += parts)
        moments(rows, n * piece / pieces, n * (piece + 1) / pieces, d, origin,
                {group, weights, columns}, features.data() + piece * width,
                own.data() + piece * total);
    });
    std::fill(sums, sums + total, 0.0);
    for (int64_t piece = 0; piece < pieces; piece++)
      for (int64_t i = 0; i < total; i++) sums[i] += own[size_t(piece * total + i)];
    return true;
  } catch (const std::bad_alloc &) {
    return false;
  }
}
