// SPDX-License-Identifier: Apache-2.0
//
// Products that take only what is not zero: pixels of digits, weights of words, and above all what
// ReLU leaves, which in a trained autoencoder is a fifth of the activations and of the gradients.
#pragma once
#include <ATen/core/ivalue.h>

#include <cstdint>
#include <vector>

namespace ct {

// What is not zero of a matrix, row after row.
struct SparseMatrix : torch::CustomClassHolder {
  int64_t rows = 0, columns = 0;
  std::vector<int64_t> starts;   // rows + 1
  std::vector<int32_t> indices;  // the columns, ascending in each row
  std::vector<float> values;
};

// A matrix of float or bfloat16 numbers without gaps between its rows.
struct Dense {
  const void *numbers;
  int64_t rows, columns;
};

// The share of the numbers that are not zero.
double density(const Dense &, bool bfloat16, int threads);

c10::intrusive_ptr<SparseMatrix> sparse(const Dense &, bool bfloat16, int threads);
c10::intrusive_ptr<SparseMatrix> transposed(const SparseMatrix &, int threads);

// How the product of a sparse and a dense matrix is taken.
struct ProductForm {
  bool transposesFactor = false;  // the dense one lies in memory as its transpose
  bool transposesResult = false;  // and so shall the result
  const void *bias = nullptr;     // one for each column of the result
  bool relu = false;
};

// result = a · b, in the type of b; sums are single precision. It does not depend on the threads.
void product(const SparseMatrix &a, const Dense &b, const ProductForm &form, void *result,
             bool bfloat16, int threads);

}  // namespace ct
