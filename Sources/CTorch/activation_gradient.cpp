// SPDX-License-Identifier: Apache-2.0
#include "activation_gradient.hpp"

#include "bfloat16.hpp"
#include "threads.hpp"
#include "transpose.hpp"

#include <algorithm>

namespace ct {
namespace {

CT_INLINE bool positive(float y) { return !(y <= 0); }
CT_INLINE bool positive(uint16_t y) { return int16_t(y) > 0; }

// Columns low ..< high, rows one after the other: masks and sums.
template <class T> CT_INLINE void maskAndSum(const ActivationGradient &a, int64_t low, int64_t high) {
  const T *gradient = static_cast<const T *>(a.gradient);
  const T *output = static_cast<const T *>(a.output);
  T *masked = static_cast<T *>(a.masked);
  float *__restrict sums = a.sums;
  for (int64_t j = low; j < high; j++) sums[j] = 0;
  for (int64_t i = 0; i < a.rows; i++) {
    const T *__restrict g = gradient + i * a.columns;
    if (output) {
      const T *__restrict y = output + i * a.columns;
      T *__restrict m = masked + i * a.columns;
      for (int64_t j = low; j < high; j++) {
        const T value = positive(y[j]) ? g[j] : T(0);
        m[j] = value;
        sums[j] += widened(value);
      }
    } else {
      for (int64_t j = low; j < high; j++) sums[j] += widened(g[j]);
    }
  }
}

// Columns low ..< high into rows of `transposed`.
CT_INLINE void transposeColumns(const ActivationGradient &a, int64_t low, int64_t high) {
  const float *source = static_cast<const float *>(a.output ? a.masked : a.gradient);
  for (int64_t i = 0; i < a.rows; i += side)
    for (int64_t j = low; j < high; j += side)
      transposeTile(source + i * a.columns + j, a.columns, std::min(side, a.rows - i),
                    std::min(side, high - j), a.transposed + j * a.rows + i, a.rows);
}

CT_VECTORIZED void columns(const ActivationGradient &a, bool bfloat16, int64_t low, int64_t high) {
  bfloat16 ? maskAndSum<uint16_t>(a, low, high) : maskAndSum<float>(a, low, high);
  if (a.transposed) transposeColumns(a, low, high);
}

}  // namespace

void run(const ActivationGradient &a, bool bfloat16, int threads) {
  constexpr int64_t unit = 32, smallest = 16384;  // columns that stay together; numbers a thread
  const int64_t units = (a.columns + unit - 1) / unit;
  const int parts =
      int(std::clamp<int64_t>(std::min(units, a.rows * a.columns / smallest), 1, threads));
  inParallel(parts, [&](int part) {
    const int64_t low = units * part / parts * unit;
    const int64_t high = std::min(a.columns, units * (part + 1) / parts * unit);
    // A band of columns is masked, and transposed while it is in the cache.
    for (int64_t j = low; j < high; j += 64) columns(a, bfloat16, j, std::min(j + 64, high));
  });
}

}  // namespace ct
