// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of k-means: plain C over raw pointers, independent of libtorch.
//
// All arrays are dense and row-major. n points, d dimensions, k clusters. Distances are squared and
// Euclidean. For a given thread count every function gives the same bits each time, whatever was
// called before it: an iteration needs the centroids only, so a fit may stop and go on anywhere.
// Ties go to the lowest index. Points, weights and centroids must be finite, weights >= 0.
#ifndef CTKMEANS_H
#define CTKMEANS_H
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

// Points to be clustered: borrows `points` and `weights`, and holds what is worth computing once,
// with scratch memory. One thread at a time may use it.
typedef struct CTKMeans CTKMeans;

// What one Lloyd iteration found.
typedef struct CTKMeansStep {
  double cost;       // sum of weight * distance to the nearest of the centroids given
  double movement;   // sum over clusters of the squared distance that the centroid moved
  int64_t changed;   // points whose label differs from the one passed in
  int32_t refilled;  // clusters without weight that were given a far point (see ct_kmeans_step)
  int32_t empty;     // clusters still without weight: they keep their centroid
} CTKMeansStep;

// points [n, d] and weights [n] (NULL: all one) must outlive the result and not change. NULL: n or
// d < 1, or out of memory. Takes a copy of the points when d <= 16, and when float32 would lose the
// distances in the points' common offset or range (then in the form (x - mean) * scale); otherwise
// no memory worth speaking of. With `centroids` [k, d] these decide on the form, so that what is
// found of a point does not hang on the points beside it.
CTKMeans *_Nullable ct_kmeans_new(const float *points, int64_t n, int64_t d,
                                  const float *_Nullable weights,
                                  const float *_Nullable centroids, int64_t k, int32_t threads);
void ct_kmeans_free(CTKMeans *_Nullable kmeans);

// One Lloyd iteration. `labels` [n]: on entry any labels (say -1), on return the nearest of
// `centroids` [k, d]. `updated` [k, d] (may be `centroids` itself): the weighted means of the new
// clusters. `cluster_weights` [k]: sum of weights. A cluster without weight takes over one point:
// the one farthest from its centroid, the next empty cluster the second farthest, and so on (lowest
// index on ties); points alone in their cluster, on their centroid (to float32's precision) or
// without weight are passed over. That point's label is set to its new cluster. False: k < 1 or out
// of memory.
bool ct_kmeans_step(CTKMeans *kmeans, const float *centroids, int32_t k, int32_t *labels,
                    float *updated, double *cluster_weights, CTKMeansStep *step);

// The nearest centroid of every point and nothing else. `labels` [n]; if not NULL `distances` [n]
// to it, `second_distances` [n] to the nearest of the other centroids (infinity when k = 1), and
// `cost`, the weighted sum of distances. False: k < 1 or out of memory.
bool ct_kmeans_assign(CTKMeans *kmeans, const float *centroids, int32_t k, int32_t *labels,
                      float *_Nullable distances, float *_Nullable second_distances,
                      double *_Nullable cost);

// For greedy k-means++. `current` [n]: distance of each point to the nearest centre so far (NULL:
// none yet). `reduced` [c, n]: what that becomes with each of `candidates` [c, d] added.
// `potentials` [c]: its weighted sum. False: c < 1 or out of memory.
bool ct_kmeans_candidates(CTKMeans *kmeans, const float *candidates, int32_t c,
                          const float *_Nullable current, float *reduced, double *potentials);

// Draws points with probability proportional to weight * distance, one for each of `uniforms`
// [count], numbers in [0, 1). `distances` [n] (NULL: all one). `chosen` [count]: indices; -1 when
// every weight * distance is zero. False: out of memory.
bool ct_kmeans_draw(CTKMeans *kmeans, const float *_Nullable distances, const double *uniforms,
                    int32_t count, int64_t *chosen);

// The instruction set in use: "AVX-512", "AVX2", "SSE2", "NEON" or "portable".
const char *ct_kmeans_instructions(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
