// SPDX-License-Identifier: Apache-2.0
//
// What the k-means kernels of every instruction set offer to kmeans.cpp.
//
// Two shapes of work. "Wide" points (d > 16) lie as the user gave them; the centroids are packed so
// that a vector holds one coordinate of as many centroids as it has lanes. "Narrow" points are few
// numbers each: they are packed once, a vector holds one coordinate of as many points as it has
// lanes, and distances are sums of squared differences.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "threads.hpp"

namespace ct::kmeans {

using ct::inParallel;

constexpr int64_t narrowDimension = 16;  // the most dimensions that "narrow" points have

// Memory that starts on a cache line. Throws std::bad_alloc.
template <class T> class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(int64_t count) { resize(count); }
  // Contents are lost when it grows.
  void resize(int64_t count) {
    if (count <= size_) return;
    if (uint64_t(count) > SIZE_MAX / 2 / sizeof(T)) throw std::bad_alloc();
    size_t bytes = (size_t(count) * sizeof(T) + 63) / 64 * 64;
    memory_.reset(static_cast<T *>(std::aligned_alloc(64, bytes)));
    if (!memory_) {
      size_ = 0;
      throw std::bad_alloc();
    }
    size_ = count;
  }
  T *data() const { return memory_.get(); }
  T &operator[](int64_t i) const { return memory_.get()[i]; }

 private:
  struct Free {
    void operator()(T *p) const { std::free(p); }
  };
  std::unique_ptr<T, Free> memory_;
  int64_t size_ = 0;
};

// The centroids of one iteration, in the coordinates of the points that the kernels see.
struct Centroids {
  int64_t k = 0, d = 0;
  const float *rows = nullptr;  // [k, d]
  // Wide points only. Lanes are filled up to a whole vector with centroids that are infinitely far.
  const float *packed = nullptr;   // for each panel [d, vectors * lanes]: -2 * coordinate
  const float *offsets = nullptr;  // [vectors in all * lanes]: the squared norm
  int64_t vectors = 0;             // vectors needed for k centroids
  int64_t panels = 0;              // groups of vectors that a tile handles at once
};

// Panel p of `vectors` vectors in `panels` panels: panels differ by one vector at most.
inline int64_t firstVector(int64_t panel, int64_t vectors, int64_t panels) {
  int64_t share = vectors / panels, extra = vectors % panels;
  return panel * share + (panel < extra ? panel : extra);
}

// Memory of one thread.
struct Scratch {
  Buffer<float> values;     // wide: best scores, [chunk, lanes]
  Buffer<int32_t> indices;  // wide: the centroids they belong to
  Buffer<float> tail;       // wide: the last rows of a chunk, filled up to a tile
  Buffer<int32_t> starts;   // wide: first member of each cluster in `order`, [k + 1]
  Buffer<int32_t> order;    // wide: the chunk's points, cluster by cluster
  Buffer<int32_t> labels;   // [chunk]
  Buffer<float> distances;  // [chunk]
  Buffer<double> sums;      // wide: residuals [k, d]; narrow: sums [2, k, 16]
  Buffer<double> weights;   // wide [k]; narrow [2, k]
  double cost = 0;
  int64_t changed = 0;
};

// Functions on a chunk of at most `chunkLimit` consecutive points. `rows` is the first point's row.
constexpr int64_t chunkLimit = 512;

struct Kernels {
  const char *name;
  int64_t lanes;        // floats in a vector
  int64_t tileRows;     // wide: points that a tile handles at once
  int64_t tileVectors;  // wide: the most vectors of centroids that it handles at once

  // labels[i] = the centroid nearest to point i, `excluded[i]` apart when given. Wide points.
  void (*nearestWide)(const float *rows, int64_t count, const Centroids &, const int32_t *excluded,
                      int32_t *labels, Scratch &);
  // Adds weight * (point - its centroid) to scratch.sums, and to scratch.weights and scratch.cost.
  // Wide points.
  void (*accumulateWide)(const float *rows, const float *weights, int64_t count, const Centroids &,
                         const int32_t *labels, Scratch &);
  // As nearestWide; `panels` is the chunk's [blocks, d, lanes]. distances[i]: to the centroid
  // found.
  void (*nearestNarrow)(const float *panels, int64_t count, const Centroids &,
                        const int32_t *excluded, int32_t *labels, float *distances);
  // Adds weight * point to scratch.sums, and to scratch.weights and scratch.cost. No read at or
  // past `end`.
  void (*accumulateNarrow)(const float *rows, const float *end, const float *weights, int64_t count,
                           const Centroids &, const int32_t *labels, const float *distances,
                           Scratch &);
  // The distance between two points of d numbers.
  float (*distance)(const float *a, const float *b, int64_t d);
  // distances[c * stride + i] = distance of point i to candidate c.
  void (*distancesWide)(const float *rows, int64_t count, const float *candidates, int64_t c,
                        int64_t d, float *distances, int64_t stride);
  // distances[i] = min(distances[i], current[i]), `current` being optional; returns their weighted
  // sum.
  double (*lower)(float *distances, const float *current, const float *weights, int64_t count);
  // Column sums and sums of squares [d] in double precision, and the largest magnitude.
  void (*moments)(const float *rows, int64_t count, int64_t d, double *sums, double *squares,
                  float *largest);
};

// The fastest kernels that this processor can run. Decided once.
const Kernels &kernels();

}  // namespace ct::kmeans
