// SPDX-License-Identifier: Apache-2.0
//
// The networks of DeepDPM, and the Gaussians that they learn from: plain C over raw pointers,
// independent of libtorch.
//
// All arrays are dense and row-major, all numbers finite. The results do not depend on `threads`.
#ifndef CTCLUSTERNETWORK_H
#define CTCLUSTERNETWORK_H
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

// A network that tells the clusters of rows, and for each cluster one that tells its two parts.
// Every network has one hidden layer of ReLU. Units that only fill up `hidden` have weights of
// zero, and keep them.
//
// Weights of the first: [d, hidden] and [hidden] of the hidden layer, [clusters, hidden] and
// [clusters] of the output. Weights of the others, cluster after cluster: [d, hidden], [hidden],
// [2, hidden], [2].
typedef struct CTClusterNetwork {
  int64_t d, hidden, clusters;  // hidden: a multiple of 16
} CTClusterNetwork;

// What Adam has made of some weights: their moments, and how many steps it took.
typedef struct CTAdamState {
  float *weights, *mean, *square;
  int64_t steps;
  double rate;
} CTAdamState;

// One pass over `rows` [count, d] in the order given, in batches, with a step of Adam after each:
// `clusters` learns `targets` [count, clusters] by their divergence from its outputs (both made
// smooth by adding 1e-5); `parts`, unless null, learn the squared distances to `centers`
// [2 * clusters, d]. Of all parts only those of the cluster that a row is in are computed.
// `losses`: the two, averaged over the rows. False: out of memory.
bool ct_cluster_network_train(const CTClusterNetwork *network, CTAdamState *clusters,
                              CTAdamState *_Nullable parts, const float *rows,
                              const float *targets, const float *_Nullable centers,
                              const int64_t *order, int64_t count, int64_t batch,
                              double losses[_Nonnull 2]);

// The probability of each cluster [count, clusters], the most probable one, and the shares of its
// two parts [count, 2] unless null.
bool ct_cluster_network_apply(const CTClusterNetwork *network, const float *clusters,
                              const float *_Nullable parts, const float *rows, int64_t count,
                              float *probabilities, int32_t *labels, float *_Nullable shares,
                              int32_t threads);

// p_ik in proportion to exp(log_scales[k] - |W_k (x_i - mean_k)|^2 / 2), in double precision: with
// W the inverse of a Cholesky factor the responsibilities of Gaussians. `whitening` [k, d, d] is
// lower triangular, `probabilities` [n, k].
bool ct_gaussian_responsibilities(const float *rows, int64_t n, int64_t d, int64_t k,
                                  const double *log_scales, const double *means,
                                  const double *whitening, float *probabilities, int32_t threads);

// Sums of w, w (x - origin) and w (x - origin) (x - origin)^T, lower triangles by rows, over the
// rows of each group [groups * columns, 1 + d + d (d + 1) / 2]. Row i counts for the sums
// group[i] * columns + c with the weight weights[i, c]; below 1e-6 not at all. Null: group 0;
// weights of 1.
bool ct_moments(const float *rows, int64_t n, int64_t d, const double *origin,
                const int32_t *_Nullable group, int64_t groups, const float *_Nullable weights,
                int64_t columns, double *sums, int32_t threads);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
