// SPDX-License-Identifier: Apache-2.0
//
// The arithmetic of trees over points: plain C over raw pointers, independent of libtorch.
//
// All arrays are dense, all numbers finite. The results do not depend on `threads`.
#ifndef CTTREES_H
#define CTTREES_H
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

// The squared Euclidean distances of all pairs of points [n, d] as the rows of a triangle: that of i
// and j < i is out[i * (i - 1) / 2 + j]. False: out of memory.
bool ct_pairwise_distances(const float *points, int64_t n, int64_t d, float *out, int32_t threads);

// Takes `count` points into a minimum spanning tree (Prim). The distance of two points is the
// greatest of their squared Euclidean one and the `core` of both.
//
// The positions 0 ..< outside hold the points that are not in the tree, and position `outside` the
// one that joined last; joining exchanges positions. `columns` [d, n]: the coordinates, one after
// the other. `index` [n]: which point is where. `core` [n]. `best` [n]: the distance of a point
// outside to the tree, at first infinity, and `parent` [n]: the point of the tree it is to.
// Into `joined`, `parents` and `lengths` [count] go the edges. Ties go to the lowest position.
void ct_grow_tree(float *columns, int64_t n, int64_t d, int32_t *index, float *core, float *best,
                  int32_t *parent, int64_t outside, int64_t count, int32_t *joined,
                  int32_t *parents, float *lengths, int32_t threads);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
#endif
