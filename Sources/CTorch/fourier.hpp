// SPDX-License-Identifier: Apache-2.0
//
// Fourier transforms of 16 sequences at once, one in each lane of a vector.
#pragma once
#include "bfloat16.hpp"
#include "kmeans_kernels.hpp"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>

namespace ct::fourier {

constexpr int64_t lanes = 16;
typedef float Vector __attribute__((vector_size(4 * lanes)));

// The least length 2^a or 3 * 2^a, a multiple of 2 * `lanes`, that is at least `least`.
inline int64_t length(int64_t least) {
  int64_t size = 4 * lanes;
  while (size < least) size = size % 3 == 0 ? size / 3 * 4 : size / 2 * 3;
  return size;
}

// exp(-2 pi i k / length).
struct Roots {
  kmeans::Buffer<float> cosines, sines;

  void resize(int64_t length) {
    cosines.resize(length);
    sines.resize(length);
    for (int64_t k = 0; k < length; k++) {
      const double angle = -2 * std::numbers::pi * double(k) / double(length);
      cosines[k] = float(std::cos(angle));
      sines[k] = float(std::sin(angle));
    }
  }
};

// Two complex arrays of `length` vectors, between which a transform goes back and forth.
struct Workspace {
  kmeans::Buffer<float> real, imaginary, otherReal, otherImaginary;

  void resize(int64_t length) {
    for (auto *buffer : {&real, &imaginary, &otherReal, &otherImaginary}) buffer->resize(length * lanes);
  }
};

struct Complex {
  Vector re, im;
};

CT_INLINE Complex operator+(Complex a, Complex b) { return {a.re + b.re, a.im + b.im}; }
CT_INLINE Complex operator-(Complex a, Complex b) { return {a.re - b.re, a.im - b.im}; }
CT_INLINE Complex turned(Complex a) { return {a.im, -a.re}; }  // times -i
CT_INLINE Complex operator*(Complex a, float s) { return {a.re * s, a.im * s}; }
CT_INLINE Complex times(Complex a, float re, float im) {
  return {a.re * re - a.im * im, a.re * im + a.im * re};
}

// The transform of `radix` numbers, exp(-2 pi i j k / radix).
template <int radix> CT_INLINE void butterfly(const Complex *x, Complex *y) {
  if constexpr (radix == 2) {
    y[0] = x[0] + x[1];
    y[1] = x[0] - x[1];
  } else if constexpr (radix == 3) {
    const Complex sum = x[1] + x[2], middle = x[0] - sum * 0.5f;
    const Complex side = turned(x[1] - x[2]) * 0.866025403784438647f;
    y[0] = x[0] + sum;
    y[1] = middle + side;
    y[2] = middle - side;
  } else {
    const Complex a = x[0] + x[2], b = x[0] - x[2], c = x[1] + x[3], d = turned(x[1] - x[3]);
    y[0] = a + c;
    y[1] = b + d;
    y[2] = a - c;
    y[3] = b - d;
  }
}

// One pass of Stockham's algorithm: sequences of n numbers, `stride` of them interleaved.
template <int radix>
CT_INLINE void pass(Vector *const from[2], Vector *const to[2], int64_t n, int64_t stride,
                    const float *cosines, const float *sines) {
  const int64_t m = n / radix;
  for (int64_t p = 0; p < m; p++) {
    for (int64_t q = 0; q < stride; q++) {
      Complex x[radix], y[radix];
#pragma clang loop unroll(full)
      for (int k = 0; k < radix; k++)
        x[k] = {from[0][q + stride * (p + k * m)], from[1][q + stride * (p + k * m)]};
      butterfly<radix>(x, y);
#pragma clang loop unroll(full)
      for (int k = 0; k < radix; k++) {
        if (k > 0) y[k] = times(y[k], cosines[k * p * stride], sines[k * p * stride]);
        to[0][q + stride * (radix * p + k)] = y[k].re;
        to[1][q + stride * (radix * p + k)] = y[k].im;
      }
    }
  }
}

// Sums over k of x[k] exp(-2 pi i j k / length), in place; the other arrays are for its own use.
// With real and imaginary parts exchanged it is the inverse without its 1 / length.
CT_VECTORIZED static void transform(float *real, float *imaginary, float *other_real,
                                    float *other_imaginary, int64_t length, const float *cosines,
                                    const float *sines) {
  Vector *own[2] = {reinterpret_cast<Vector *>(real), reinterpret_cast<Vector *>(imaginary)};
  Vector *from[2] = {own[0], own[1]};
  Vector *to[2] = {reinterpret_cast<Vector *>(other_real),
                   reinterpret_cast<Vector *>(other_imaginary)};
  int64_t stride = 1;
  for (int64_t n = length; n > 1;) {
    const int64_t radix = n % 3 == 0 ? 3 : n % 4 == 0 ? 4 : 2;
    if (radix == 3) pass<3>(from, to, n, stride, cosines, sines);
    else if (radix == 4) pass<4>(from, to, n, stride, cosines, sines);
    else pass<2>(from, to, n, stride, cosines, sines);
    std::swap(from, to);
    n /= radix;
    stride *= radix;
  }
  if (from[0] == own[0]) return;
  for (int64_t k = 0; k < length; k++) {
    to[0][k] = from[0][k];
    to[1][k] = from[1][k];
  }
}

}  // namespace ct::fourier
