// SPDX-License-Identifier: Apache-2.0
//
// The upper half of a float, and functions compiled once for each instruction set.
#pragma once
#include <bit>
#include <cstdint>

// The fastest version that the processor can run is chosen when the program is loaded.
#if defined(__x86_64__) && defined(__gnu_linux__)
#define CT_VECTORIZED \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_VECTORIZED
#endif
// Inlined into such functions, and compiled with their instructions.
#define CT_INLINE static inline __attribute__((always_inline))

namespace ct {

CT_INLINE float widened(uint16_t x) { return std::bit_cast<float>(uint32_t(x) << 16); }
CT_INLINE float widened(float x) { return x; }

// To the nearest, ties to even; what is no number stays none.
CT_INLINE uint16_t narrowedBits(float x) {
  const uint32_t bits = std::bit_cast<uint32_t>(x);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  return uint16_t(x == x ? rounded : 0x7fc0);
}

}  // namespace ct
