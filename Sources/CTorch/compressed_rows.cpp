// SPDX-License-Identifier: Apache-2.0
//
// Matrices that are stored without their zeros, row after row. Only their rows are read, and these
// become dense: what is computed with a batch does not ask how the whole is stored.
#include "compressed_rows.hpp"
#include "threads.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

using namespace ct;

namespace {
// libtorch says once that its support of such tensors may change; nothing here depends on it.
struct Silence : c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

// Dense rows, the i-th of which is the one of number(i).
template <class Number>
at::Tensor expanded(const at::Tensor &matrix, int64_t count, const Number &number) {
  const int64_t rows = matrix.size(0), width = matrix.size(1);
  for (int64_t i = 0; i < count; i++) {
    TORCH_CHECK_INDEX(number(i) >= 0 && number(i) < rows, "row ", number(i), " of ", rows);
  }
  auto result = at::zeros({count, width}, at::kFloat);
  const auto crow = matrix.crow_indices(), col = matrix.col_indices(), stored = matrix.values();
  const auto *starts = static_cast<const int32_t *>(crow.const_data_ptr());
  const auto *columns = static_cast<const int32_t *>(col.const_data_ptr());
  const auto *values = static_cast<const float *>(stored.const_data_ptr());
  auto *target = static_cast<float *>(result.mutable_data_ptr());
  constexpr int64_t fewest = 256;  // rows that are worth a thread
  const int parts = int(std::min<int64_t>(at::get_num_threads(), count / fewest + 1));
  inParallel(parts, [&](int part) {
    for (int64_t i = count * part / parts; i < count * (part + 1) / parts; i++) {
      const int64_t row = number(i);
      for (int32_t place = starts[row]; place < starts[row + 1]; place++)
        target[i * width + columns[place]] = values[place];
    }
  });
  return result;
}
}  // namespace

at::Tensor ct::rows(const at::Tensor &matrix, int64_t first, int64_t end) {
  return expanded(matrix, end - first, [&](int64_t i) { return first + i; });
}

at::Tensor ct::rows(const at::Tensor &matrix, const at::Tensor &index) {
  const auto numbers = index.to(at::kCPU, at::kLong).contiguous();
  const auto *number = static_cast<const int64_t *>(numbers.const_data_ptr());
  return expanded(matrix, numbers.numel(), [&](int64_t i) { return number[i]; });
}

CTResult ct_compressed(const int32_t *starts, const int32_t *columns, const float *values,
                       int64_t row_count, int64_t column_count) {
  return tensor([&] {
    Silence silence;
    c10::WarningUtils::WarningHandlerGuard guard(&silence);
    const auto copied = [](const auto *data, int64_t count, at::ScalarType kind) {
      return at::from_blob(const_cast<void *>(static_cast<const void *>(data)), {count},
                           at::TensorOptions().dtype(kind)).clone();
    };
    const int64_t count = starts[row_count];
    return at::_sparse_csr_tensor_unsafe(
        copied(starts, row_count + 1, at::kInt), copied(columns, count, at::kInt),
        copied(values, count, at::kFloat), {row_count, column_count},
        at::TensorOptions().dtype(at::kFloat).layout(at::kSparseCsr));
  });
}

bool ct_is_compressed(const CTTensor *t) { return isCompressed(t->value); }
