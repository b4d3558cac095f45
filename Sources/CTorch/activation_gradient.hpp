// SPDX-License-Identifier: Apache-2.0
//
// What the backward pass of a dense layer needs of the gradient of its output, in one pass over it.
#pragma once
#include <cstdint>

namespace ct {

// A gradient, rows x columns.
struct ActivationGradient {
  const void *gradient;  // of the output
  const void *output;    // of a ReLU layer: where it is zero the gradient is too; null for others
  void *masked;          // rows x columns: the gradient before the ReLU; null where it is the same
  float *transposed;     // columns x rows: the same; null when not wanted
  float *sums;           // columns: its sums, which are the gradient of the bias
  int64_t rows, columns;
};

// On `threads` threads; the sums do not depend on how many.
void run(const ActivationGradient &, bool bfloat16, int threads);

}  // namespace ct
