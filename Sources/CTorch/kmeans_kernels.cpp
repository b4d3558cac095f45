// SPDX-License-Identifier: Apache-2.0
//
// The k-means kernels for each instruction set, and the choice between them.
#include "kmeans_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#define CT_KERNELS(label)                                                                          \
  constexpr Kernels table{label,       lanes,          tileRows,      tileVectors,                 \
                          nearestWide, accumulateWide, nearestNarrow, accumulateNarrow,            \
                          distance,    distancesWide,  lower,         moments};

namespace ct::kmeans {

#if defined(__x86_64__)
// 32 registers of 16 floats: 9 x 3 scores, 3 vectors of centroids, one or two of points.
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma"))),    \
                             apply_to = function)
namespace avx512 {
#define CT_LANES 16
#define CT_TILE_ROWS 9
#define CT_TILE_VECTORS 3
#include "kmeans_vectors.hpp"
CT_KERNELS("AVX-512")
#undef CT_LANES
#undef CT_TILE_ROWS
#undef CT_TILE_VECTORS
}  // namespace avx512
#pragma clang attribute pop

// 16 registers of 8 floats: 6 x 2 scores.
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
#define CT_LANES 8
#define CT_TILE_ROWS 6
#define CT_TILE_VECTORS 2
#include "kmeans_vectors.hpp"
CT_KERNELS("AVX2")
#undef CT_LANES
#undef CT_TILE_ROWS
#undef CT_TILE_VECTORS
}  // namespace avx2
#pragma clang attribute pop
#endif

// What every processor of the family has. aarch64 has 32 registers of 4 floats, x86-64 16.
namespace baseline {
#define CT_LANES 4
#if defined(__aarch64__)
#define CT_TILE_ROWS 8
#define CT_TILE_VECTORS 3
#else
#define CT_TILE_ROWS 6
#define CT_TILE_VECTORS 2
#endif
#include "kmeans_vectors.hpp"
#if defined(__aarch64__)
CT_KERNELS("NEON")
#elif defined(__x86_64__)
CT_KERNELS("SSE2")
#else
CT_KERNELS("portable")
#endif
#undef CT_LANES
#undef CT_TILE_ROWS
#undef CT_TILE_VECTORS
}  // namespace baseline

const Kernels &kernels() {
#if defined(CT_KMEANS_KERNELS)  // to test the kernels of lesser processors: avx2 or baseline
  return CT_KMEANS_KERNELS::table;
#elif defined(__x86_64__)
  static const Kernels &chosen = []() -> const Kernels & {
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
      return avx512::table;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::table;
    return baseline::table;
  }();
  return chosen;
#else
  return baseline::table;
#endif
}

}  // namespace ct::kmeans
