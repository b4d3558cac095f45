// SPDX-License-Identifier: Apache-2.0
//
// The points of a k-means fit as kmeans_points.cpp prepares them and the other files use them.
#pragma once
#include "CTKMeans.h"
#include "kmeans_kernels.hpp"

#include <algorithm>
#include <vector>

struct CTKMeans {
  const ct::kmeans::Kernels &kernel = ct::kmeans::kernels();
  const float *rows = nullptr;  // what the kernels see: the caller's points, or `moved`
  const float *weights = nullptr;
  int64_t n = 0, d = 0;
  int threads = 1;
  bool narrow = false;
  int64_t unit = 1;   // parts and chunks begin at multiples of it
  int64_t chunk = 0;  // points in a chunk

  // The kernels' coordinates are (x - origin) * scale, with the identity when `moved` is empty.
  ct::kmeans::Buffer<float> moved;
  ct::kmeans::Buffer<double> origin;
  double scale = 1;
  double reach = 0;                  // the largest magnitude in those coordinates
  ct::kmeans::Buffer<float> panels;  // narrow points, [blocks, d, lanes]

  ct::kmeans::Buffer<float> inner;  // the centroids in the kernels' coordinates
  ct::kmeans::Buffer<float> packed, offsets;
  ct::kmeans::Buffer<double> means, movements;
  ct::kmeans::Buffer<float> distances;
  std::vector<ct::kmeans::Scratch> scratch;

  float toInner(double x, int64_t j) const {
    return float(moved.data() ? (x - origin[j]) * scale : x);
  }
  float toOuter(double x, int64_t j) const {
    return float(moved.data() ? x / scale + origin[j] : x);
  }

  int64_t part(int index, int parts) const {
    int64_t units = (n + unit - 1) / unit;
    return std::min(n, units * index / parts * unit);
  }
  // As many parts as threads, but no part so small that waking a thread costs more than its work.
  int parts(double work) const {
    double units = double((n + unit - 1) / unit);
    return int(std::max(1.0, std::min({double(threads), units, work / 32768})));
  }
  const float *weightsAt(int64_t i) const { return weights ? weights + i : nullptr; }
};

namespace ct::kmeans {

template <class Result, class Body> Result orElse(Result failure, Body &&body) noexcept {
  try {
    return body();
  } catch (...) {  // std::bad_alloc is all that can come
    return failure;
  }
}

// `count` rows of d in the kernels' coordinates.
void toInner(const CTKMeans &m, const float *given, int64_t count, float *inner);

// The centroids in the form that the kernels want; the given ones may be overwritten afterwards.
Centroids prepare(CTKMeans &m, const float *given, int64_t k);

// Scratch memory for `parts` parts of the points; with room for the sums of clusters, or without.
void prepareScratch(CTKMeans &m, const Centroids &c, int parts, bool sums);

}  // namespace ct::kmeans
