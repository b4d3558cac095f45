// SPDX-License-Identifier: Apache-2.0
//
// The k-means kernels, written once with vector types and compiled once for each instruction set by
// kmeans_kernels.cpp, which defines CT_LANES, CT_TILE_ROWS and CT_TILE_VECTORS. No include guard:
// that is the point.

constexpr int lanes = CT_LANES;
constexpr int tileRows = CT_TILE_ROWS;
constexpr int tileVectors = CT_TILE_VECTORS;

typedef float Floats __attribute__((vector_size(4 * CT_LANES)));
typedef int32_t Ints __attribute__((vector_size(4 * CT_LANES)));
typedef float HalfFloats __attribute__((vector_size(2 * CT_LANES)));
typedef double Doubles __attribute__((vector_size(4 * CT_LANES)));  // half as many lanes
// The same without alignment, to load from and store to any address.
typedef float LooseFloats __attribute__((vector_size(4 * CT_LANES), aligned(4), may_alias));
typedef int32_t LooseInts __attribute__((vector_size(4 * CT_LANES), aligned(4), may_alias));
typedef double LooseDoubles __attribute__((vector_size(4 * CT_LANES), aligned(8), may_alias));

#define CT_INLINE static inline __attribute__((always_inline))

CT_INLINE Floats load(const float *p) { return *reinterpret_cast<const LooseFloats *>(p); }
CT_INLINE Ints load(const int32_t *p) { return *reinterpret_cast<const LooseInts *>(p); }
CT_INLINE Doubles load(const double *p) { return *reinterpret_cast<const LooseDoubles *>(p); }
CT_INLINE void store(float *p, Floats v) { *reinterpret_cast<LooseFloats *>(p) = v; }
CT_INLINE void store(int32_t *p, Ints v) { *reinterpret_cast<LooseInts *>(p) = v; }
CT_INLINE void store(double *p, Doubles v) { *reinterpret_cast<LooseDoubles *>(p) = v; }
CT_INLINE Floats all(float x) {
  Floats v;
  for (int i = 0; i < lanes; i++) v[i] = x;
  return v;
}
CT_INLINE Ints all(int32_t x) { return Ints{} + x; }
CT_INLINE Doubles low(Floats v) {
  HalfFloats half;
  __builtin_memcpy(&half, &v, sizeof half);
  return __builtin_convertvector(half, Doubles);
}
CT_INLINE Doubles high(Floats v) {
  HalfFloats half;
  __builtin_memcpy(&half, reinterpret_cast<const char *>(&v) + sizeof half, sizeof half);
  return __builtin_convertvector(half, Doubles);
}
CT_INLINE void add(Floats v, double *to) {
  store(to, load(to) + low(v));
  store(to + lanes / 2, load(to + lanes / 2) + high(v));
}
CT_INLINE float sum(Floats v) {
  float total = 0;
  for (int i = 0; i < lanes; i++) total += v[i];
  return total;
}
CT_INLINE double sum(Doubles v) {
  double total = 0;
  for (int i = 0; i < lanes / 2; i++) total += v[i];
  return total;
}

// Plain distances, vectors along d.

template <int candidates>
CT_INLINE void distancesTo(const float *row, const float *centers, int64_t d, float *distances,
                           int64_t stride) {
  Floats total[candidates] = {};
  int64_t j = 0;
  for (; j + lanes <= d; j += lanes) {
    Floats x = load(row + j);
    for (int c = 0; c < candidates; c++) {
      Floats difference = x - load(centers + c * d + j);
      total[c] += difference * difference;
    }
  }
  for (int c = 0; c < candidates; c++) {
    float rest = sum(total[c]);
    for (int64_t t = j; t < d; t++)
      rest += (row[t] - centers[c * d + t]) * (row[t] - centers[c * d + t]);
    distances[c * stride] = rest;
  }
}

static float distance(const float *a, const float *b, int64_t d) {
  float result;
  distancesTo<1>(a, b, d, &result, 1);
  return result;
}

static void distancesWide(const float *rows, int64_t count, const float *candidates, int64_t c,
                          int64_t d, float *distances, int64_t stride) {
  for (int64_t i = 0; i < count; i++) {
    const float *row = rows + i * d;
    int64_t first = 0;
    for (; first + 4 <= c; first += 4)
      distancesTo<4>(row, candidates + first * d, d, distances + first * stride + i, stride);
    for (; first < c; first++)
      distancesTo<1>(row, candidates + first * d, d, distances + first * stride + i, stride);
  }
}

static double lower(float *distances, const float *current, const float *weights, int64_t count) {
  Doubles total = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    Floats value = load(distances + i);
    if (current) {
      Floats other = load(current + i);
      value = other < value ? other : value;
      store(distances + i, value);
    }
    if (weights) value *= load(weights + i);
    total += low(value) + high(value);
  }
  double result = sum(total);
  for (; i < count; i++) {
    if (current) distances[i] = std::min(distances[i], current[i]);
    result += double(distances[i]) * (weights ? weights[i] : 1.0f);
  }
  return result;
}

static void moments(const float *rows, int64_t count, int64_t d, double *sums, double *squares,
                    float *largest) {
  float most = *largest;
  for (int64_t i = 0; i < count; i++) {
    const float *row = rows + i * d;
    Floats top = {};
    int64_t j = 0;
    for (; j + lanes <= d; j += lanes) {
      Floats value = load(row + j);
      add(value, sums + j);
      store(squares + j, load(squares + j) + low(value) * low(value));
      double *next = squares + j + lanes / 2;
      store(next, load(next) + high(value) * high(value));
      Floats magnitude = (Floats)((Ints)value & all(INT32_MAX));
      top = magnitude > top ? magnitude : top;
    }
    for (int l = 0; l < lanes; l++) most = std::max(most, top[l]);
    for (; j < d; j++) {
      double x = row[j];
      sums[j] += x;
      squares[j] += x * x;
      most = std::max(most, std::fabs(row[j]));
    }
  }
  *largest = most;
}

#include "kmeans_narrow.hpp"
#include "kmeans_wide.hpp"

#undef CT_INLINE
