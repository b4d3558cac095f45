// SPDX-License-Identifier: Apache-2.0
//
// Square tiles that are transposed in registers.
#pragma once
#include "bfloat16.hpp"

#include <cstdint>
#include <utility>

namespace ct {

constexpr int64_t side = 16;  // of a tile
typedef float Row __attribute__((vector_size(4 * side), aligned(4), may_alias));

typedef uint32_t Words __attribute__((vector_size(4 * side), aligned(4), may_alias));
typedef uint16_t Halves __attribute__((vector_size(2 * side), aligned(2), may_alias));

CT_INLINE void load(const float *p, Row &row) { row = *reinterpret_cast<const Row *>(p); }
CT_INLINE void load(const uint16_t *p, Row &row) {
  row = (Row)(__builtin_convertvector(*reinterpret_cast<const Halves *>(p), Words) << 16);
}
CT_INLINE void store(const Row &row, float *p) { *reinterpret_cast<Row *>(p) = row; }
// Exact where the lower halves are zero.
CT_INLINE void store(const Row &row, uint16_t *p) {
  *reinterpret_cast<Halves *>(p) = __builtin_convertvector((Words)row >> 16, Halves);
}

// Swaps the off-diagonal halves of two rows that are `distance` apart, in blocks of that size.
template <int distance, int... lane>
CT_INLINE void exchange(Row &upper, Row &lower, std::integer_sequence<int, lane...>) {
  const Row a = upper, b = lower;
  upper = __builtin_shufflevector(a, b, ((lane & distance) ? side + lane - distance : lane)...);
  lower = __builtin_shufflevector(a, b, ((lane & distance) ? side + lane : lane + distance)...);
}

template <int distance> CT_INLINE void exchange(Row (&tile)[side]) {
#pragma clang loop unroll(full)
  for (int i = 0; i < side; i++)
    if (!(i & distance))
      exchange<distance>(tile[i], tile[i + distance], std::make_integer_sequence<int, side>());
}

CT_INLINE void transpose(Row (&tile)[side]) {
  exchange<1>(tile);
  exchange<2>(tile);
  exchange<4>(tile);
  exchange<8>(tile);
}

// target[c][r] = source[r][c] for rows x columns of numbers, at most 16 of each.
CT_INLINE void transposeTile(const float *source, int64_t stride, int64_t rows, int64_t columns,
                             float *target, int64_t targetStride) {
  if (rows == side && columns == side) {
    Row tile[side];
    for (int r = 0; r < side; r++) load(source + r * stride, tile[r]);
    transpose(tile);
    for (int c = 0; c < side; c++) store(tile[c], target + c * targetStride);
    return;
  }
  for (int64_t c = 0; c < columns; c++)
    for (int64_t r = 0; r < rows; r++) target[c * targetStride + r] = source[r * stride + c];
}

}  // namespace ct
