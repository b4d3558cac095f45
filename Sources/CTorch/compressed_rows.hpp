// SPDX-License-Identifier: Apache-2.0
//
// Rows of a matrix that is stored without its zeros, as dense ones.
#pragma once
#include "Internal.hpp"

namespace ct {
inline bool isCompressed(const at::Tensor &t) { return t.layout() == at::kSparseCsr; }

// Rows from `first` up to `end`.
at::Tensor rows(const at::Tensor &matrix, int64_t first, int64_t end);
// The rows of these numbers, in their order.
at::Tensor rows(const at::Tensor &matrix, const at::Tensor &index);
}  // namespace ct
