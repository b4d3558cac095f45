// SPDX-License-Identifier: Apache-2.0
#include "activation_gradient.hpp"

#include "bfloat16.hpp"
#include "threads.hpp"

#include <algorithm>
#include <utility>

namespace ct {
namespace {

constexpr int64_t side = 16;  // of the square tiles that are transposed in registers
typedef float Row __attribute__((vector_size(4 * side), aligned(4)));

// Swaps the off-diagonal halves of two rows that are `distance` apart, in blocks of that size.
template <int distance, int... lane>
CT_INLINE void exchange(Row &upper, Row &lower, std::integer_sequence<int, lane...>) {
  const Row a = upper, b = lower;
  upper = __builtin_shufflevector(a, b, ((lane & distance) ? side + lane - distance : lane)...);
  lower = __builtin_shufflevector(a, b, ((lane & distance) ? side + lane : lane + distance)...);
}

template <int distance> CT_INLINE void exchange(Row (&tile)[side]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < side; i++)
    if (!(i & distance))
      exchange<distance>(tile[i], tile[i + distance], std::make_integer_sequence<int, side>());
}

CT_INLINE void transpose(Row (&tile)[side]) {
  exchange<1>(tile);
  exchange<2>(tile);
  exchange<4>(tile);
  exchange<8>(tile);
}

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
  for (int64_t i = 0; i < a.rows; i += side) {
    for (int64_t j = low; j < high; j += side) {
      if (i + side <= a.rows && j + side <= high) {
        Row tile[side];
        for (int r = 0; r < side; r++)
          tile[r] = *reinterpret_cast<const Row *>(source + (i + r) * a.columns + j);
        transpose(tile);
        for (int c = 0; c < side; c++)
          *reinterpret_cast<Row *>(a.transposed + (j + c) * a.rows + i) = tile[c];
        continue;
      }
      for (int64_t c = j; c < std::min(j + side, high); c++)
        for (int64_t r = i; r < std::min(i + side, a.rows); r++)
          a.transposed[c * a.rows + r] = source[r * a.columns + c];
    }
  }
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
