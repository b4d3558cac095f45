// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of neighbourhoods and of UMAP: plain C over raw pointers, independent of libtorch.
//
// All arrays are dense and row-major, all numbers finite. The results do not depend on `threads`.
#ifndef CTPROJECTION_H
#define CTPROJECTION_H
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

// The k nearest of `references` [m, d] for each of `queries` [n, d]: exact, by squared Euclidean
// distance, the nearest first, of equal distances the lower index first. `indices` [n, k],
// `distances` [n, k]. With `excluding_self` row i of the references is no neighbour of query i.
// The caller centres the data. False: k exceeds what there is, or out of memory.
bool ct_nearest_neighbors(const float *queries, int64_t n, const float *references, int64_t m,
                          int64_t d, int64_t k, bool excluding_self, int32_t *indices,
                          float *distances, int32_t threads);

// A graph in compressed rows and how its layout is pulled together and pushed apart.
typedef struct CTLayout {
  int64_t nodes;             // that move
  const int64_t *starts;     // [nodes + 1]
  const int32_t *neighbors;  // the other end of each edge, a row of `targets`
  const float *rates;        // how often each edge is drawn: 1 in every epoch, 0.5 in every second
  int64_t targets;           // rows that edges and draws may end in
  int64_t d;                 // coordinates, at most 64
  float a, b;                // the similarity 1 / (1 + a * distance^2b) in the layout
  float repulsion;           // gamma
  uint64_t seed;             // of the draws that push apart
} CTLayout;

// Half an epoch of UMAP's stochastic descent (McInnes, Healy, Melville 2018, algorithm 5). Each node
// is moved along its drawn edges and away from `negatives` random rows an edge, while all others
// stay where they were: `to` [nodes, d] from `from` [targets, d].
void ct_layout_step(const CTLayout *layout, const float *from, float *to, int64_t half_epoch,
                    int32_t negatives, float rate, int32_t threads);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
