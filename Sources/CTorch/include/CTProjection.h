// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of neighbourhoods, of UMAP and of t-SNE: plain C over raw pointers, independent of libtorch.
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
// False: k exceeds what there is, or out of memory.
bool ct_nearest_neighbors(const float *queries, int64_t n, const float *references, int64_t m,
                          int64_t d, int64_t k, bool excluding_self, int32_t *indices,
                          float *distances, int32_t threads);

// A graph in compressed rows and how its layout is pulled together and pushed apart.
typedef struct CTLayout {
  int64_t nodes;             // that move
  const int64_t *starts;     // [nodes + 1]
  const int32_t *neighbors;  // the other end of each edge, a row of the positions
  const float *rates;        // how often each edge is drawn: 1 in every epoch, 0.5 in every second
  int64_t targets;           // rows that draws may end in
  int64_t first;             // of these
  int64_t d;                 // coordinates, at most 64
  float a, b;                // the similarity 1 / (1 + a * distance^2b) in the layout
  float repulsion;           // gamma
  uint64_t seed;             // of the draws that push apart
  const uint64_t *_Nullable keys;  // [nodes], what a node's draws follow from; null for its place
} CTLayout;

// An epoch of UMAP's stochastic descent (McInnes, Healy, Melville 2018, algorithm 5) on `positions`
// [rows, d], of which the first `nodes` move: each along its drawn edges and away from `negatives`
// random rows an edge, and whatever it pulls moves towards it as far. False: out of memory.
bool ct_layout_step(const CTLayout *layout, float *positions, int64_t epoch, int32_t negatives,
                    float rate, int32_t threads);

// For each row of squared distances [n, k], the nearest first: probabilities proportional to
// exp(-beta * distance), with the row's beta such that their entropy is log(perplexity) as nearly
// as it can be (van der Maaten, Hinton 2008). `probabilities` [n, k].
void ct_perplexity(const float *distances, int64_t n, int64_t k, double perplexity,
                   float *probabilities, int32_t threads);

// (w_ij + w_ji) / 2n of the k weights of each node [n, k] to its neighbours `indices` [n, k], as
// compressed rows, ascending: `starts` [n + 1], `neighbors` and `values` with room for 2nk. The
// number of edges; -1: out of memory.
int64_t ct_symmetric_edges(const int32_t *indices, const float *weights, int64_t n, int64_t k,
                           int64_t *starts, int32_t *neighbors, float *values);

// A symmetric graph in compressed rows.
typedef struct CTEdges {
  int64_t nodes;
  const int64_t *starts;     // [nodes + 1]
  const int32_t *neighbors;  // the other end of each edge
  const float *values;       // the weight of each edge
} CTEdges;

// Of points [n, 2]: `forces` [n, 2], sum over a node's edges of p (x - y) / (1 + |x - y|^2).
void ct_attraction(const CTEdges *edges, const float *points, float *forces, int32_t threads);

// A grid over the plane, kept from one call to the next.
typedef struct CTRepulsion CTRepulsion;
CTRepulsion *_Nullable ct_repulsion_new(void);
void ct_repulsion_free(CTRepulsion *repulsion);
// Of points [n, 2], finite: `forces` [n, 2], sum over all others of (x - y) / (1 + |x - y|^2)^2, and
// the sum over all pairs, each in both orders, of 1 / (1 + |x - y|^2). Both to about one part in a
// thousand. 0: out of memory.
double ct_repulsion(CTRepulsion *repulsion, const float *points, int64_t n, float *forces,
                    int32_t threads);

// Descent with momentum and a gain for each coordinate (Jacobs 1988): a gain grows by 0.2 while the
// gradient and the last update say the same, and shrinks by a fifth when not; no point moves
// farther than `longest_step`. All [n, 2].
void ct_momentum_step(const float *gradient, int64_t n, float rate, float momentum,
                      float longest_step, float *updates, float *gains, float *points,
                      int32_t threads);

// The Kullback-Leibler divergence of the edges' probabilities from those of the plane, in nats.
double ct_tsne_cost(const CTEdges *edges, const float *points, double normalizer);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
