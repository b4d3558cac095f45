// SPDX-License-Identifier: Apache-2.0
#include "sparse_product.hpp"

#include "threads.hpp"
#include "transpose.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ct {
namespace {

// Columns of the result are taken by cache lines: 16 numbers in single precision, 32 in bfloat16.
// The sums of four lines stay in registers, and the factor's share of them is packed, since all of
// it is read again for every row.
constexpr int64_t lineBytes = 64, panelLines = 4;
template <class T> constexpr int64_t lineWidth = lineBytes / sizeof(T);
constexpr int64_t widest = panelLines * lineWidth<uint16_t>;

// MARK: What is not zero

template <class T> CT_INLINE int32_t countIn(const T *x, int64_t n) {
  int32_t total = 0;
  for (int64_t i = 0; i < n; i++) total += widened(x[i]) != 0;
  return total;
}

CT_VECTORIZED int32_t count(const float *x, int64_t n) { return countIn(x, n); }
CT_VECTORIZED int32_t count(const uint16_t *x, int64_t n) { return countIn(x, n); }

// The columns and values of a row.
template <class T>
void gatherPlain(const T *x, int64_t columns, int32_t *indices, float *values) {
  for (int64_t j = 0; j < columns; j++) {
    if (widened(x[j]) == 0) continue;
    *indices++ = int32_t(j);
    *values++ = widened(x[j]);
  }
}

#if defined(__x86_64__)
template <class T>
__attribute__((target("arch=x86-64-v4"))) void gatherWide(const T *x, int64_t columns,
                                                          int32_t *indices, float *values) {
  __m512i index = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (int64_t j = 0; j < columns; j += side) {
    const __mmask16 inside = columns - j < side ? (1u << (columns - j)) - 1 : 0xffff;
    __m512 numbers;
    if constexpr (sizeof(T) == 4) numbers = _mm512_maskz_loadu_ps(inside, x + j);
    else
      numbers = _mm512_castsi512_ps(_mm512_slli_epi32(
          _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(inside, x + j)), 16));
    const __mmask16 kept = _mm512_cmp_ps_mask(numbers, _mm512_setzero_ps(), _CMP_NEQ_UQ);
    const int found = __builtin_popcount(kept);
    const __mmask16 front = (1u << found) - 1;
    _mm512_mask_storeu_epi32(indices, front, _mm512_maskz_compress_epi32(kept, index));
    _mm512_mask_storeu_ps(values, front, _mm512_maskz_compress_ps(kept, numbers));
    indices += found;
    values += found;
    index = _mm512_add_epi32(index, _mm512_set1_epi32(side));
  }
}
#endif

template <class T> void gather(const T *x, int64_t columns, int32_t *indices, float *values) {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("x86-64-v4");
  if (wide) return gatherWide(x, columns, indices, values);
#endif
  gatherPlain(x, columns, indices, values);
}

int share(int64_t work, int64_t least, int threads) {
  return int(std::clamp<int64_t>(work / least, 1, threads));
}

template <class T>
c10::intrusive_ptr<SparseMatrix> sparseOf(const T *x, int64_t rows, int64_t columns, int threads) {
  auto result = c10::make_intrusive<SparseMatrix>();
  SparseMatrix &m = *result;
  m.rows = rows;
  m.columns = columns;
  m.starts.resize(rows + 1);
  const int parts = share(rows * columns, 65536, threads);
  const auto overRows = [&](const auto &body) {
    inParallel(parts, [&](int part) {
      for (int64_t i = rows * part / parts; i < rows * (part + 1) / parts; i++) body(i);
    });
  };
  overRows([&](int64_t i) { m.starts[i + 1] = count(x + i * columns, columns); });
  for (int64_t i = 0; i < rows; i++) m.starts[i + 1] += m.starts[i];
  m.indices.resize(m.starts[rows]);
  m.values.resize(m.starts[rows]);
  overRows([&](int64_t i) {
    gather(x + i * columns, columns, m.indices.data() + m.starts[i], m.values.data() + m.starts[i]);
  });
  return result;
}

// MARK: The product

// Room for so many numbers, kept by each thread: fresh memory would cost as much as its use. It begins
// with a cache line, since a line read from two would cost two.
template <class T> T *room(int64_t n) {
  static thread_local std::vector<std::byte> bytes;
  const size_t needed = n * sizeof(T) + lineBytes;
  if (bytes.size() < needed) bytes = std::vector<std::byte>(needed);
  const auto past = reinterpret_cast<uintptr_t>(bytes.data()) % lineBytes;
  return reinterpret_cast<T *>(bytes.data() + (lineBytes - past) % lineBytes);
}

CT_INLINE void narrow(const float *source, float *target, int64_t n) {
  memcpy(target, source, n * sizeof(float));
}
CT_INLINE void narrow(const float *source, uint16_t *target, int64_t n) {
  for (int64_t i = 0; i < n; i++) target[i] = narrowedBits(source[i]);
}

// Columns first ..< first + width of the factor, in rows of whole lines that end with zeros.
template <class T>
CT_INLINE void pack(const Dense &b, bool transposes, int64_t first, int64_t width, int64_t padded,
                    T *target) {
  const T *source = static_cast<const T *>(b.numbers);
  for (int64_t r = 0; r < b.rows && padded > width; r++)
    for (int64_t c = width; c < padded; c++) target[r * padded + c] = 0;
  if (!transposes) {
    for (int64_t r = 0; r < b.rows; r++)
      memcpy(target + r * padded, source + r * b.columns + first, width * sizeof(T));
    return;
  }
  for (int64_t c = 0; c < width; c += side)
    for (int64_t r = 0; r < b.rows; r += side) {
      const T *from = source + (first + c) * b.rows + r;
      T *to = target + r * padded + c;
      const int64_t high = std::min(side, b.rows - r), wide = std::min(side, width - c);
      if (high < side || wide < side) {
        for (int64_t i = 0; i < high; i++)
          for (int64_t j = 0; j < wide; j++) to[i * padded + j] = from[j * b.rows + i];
        continue;
      }
      Row tile[side];
      for (int64_t j = 0; j < side; j++) load(from + j * b.rows, tile[j]);
      transpose(tile);
      for (int64_t i = 0; i < side; i++) store(tile[i], to + i * padded);
    }
}

// sums += value · line. A line of bfloat16 has two sums: of its even and of its odd numbers.
CT_INLINE void addLine(Row *sums, const Row &value, const float *line) {
  sums[0] += value * *reinterpret_cast<const Row *>(line);
}
CT_INLINE void addLine(Row *sums, const Row &value, const uint16_t *line) {
  const Words pairs = *reinterpret_cast<const Words *>(line);
  sums[0] += value * (Row)(pairs << 16);
  sums[1] += value * (Row)(pairs & 0xffff0000u);
}

// A row of the product: `lines` lines of the sum of value · table[index] into `sums`, in order.
template <int lines, class T>
CT_INLINE void sumRow(const int32_t *indices, const float *values, int64_t count, const T *table,
                      float *sums) {
  constexpr int each = 4 / sizeof(T), width = lines * lineWidth<T>;
  Row total[lines * each] = {};
  for (int64_t e = 0; e < count; e++) {
    const T *row = table + indices[e] * width;
    Row value;
    for (int lane = 0; lane < side; lane++) value[lane] = values[e];
#pragma clang loop unroll(full)
    for (int l = 0; l < lines; l++) addLine(total + l * each, value, row + l * lineWidth<T>);
  }
  for (int l = 0; l < lines; l++) {
    if constexpr (each == 1) {
      store(total[l], sums + l * side);
    } else {
      const Row even = total[2 * l], odd = total[2 * l + 1];
      store(__builtin_shufflevector(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7,
                                    23),
            sums + 2 * l * side);
      store(__builtin_shufflevector(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30,
                                    15, 31),
            sums + (2 * l + 1) * side);
    }
  }
}

template <class T>
CT_INLINE void sumRow(int lines, const int32_t *indices, const float *values, int64_t count,
                      const T *table, float *sums) {
  switch (lines) {
    case 1: return sumRow<1>(indices, values, count, table, sums);
    case 2: return sumRow<2>(indices, values, count, table, sums);
    case 3: return sumRow<3>(indices, values, count, table, sums);
    default: return sumRow<4>(indices, values, count, table, sums);
  }
}

// `lines` lines of all rows of the product, from column `first` on.
template <class T>
CT_INLINE void panel(const SparseMatrix &a, const Dense &b, const ProductForm &form, int64_t first,
                     int lines, T *result, T *table) {
  const int64_t padded = lines * lineWidth<T>, width = std::min(padded, b.columns - first);
  pack(b, form.transposesFactor, first, width, padded, table);
  alignas(lineBytes) float sums[side * widest], turned[side * widest];
  const T *bias = static_cast<const T *>(form.bias);
  for (int64_t low = 0; low < a.rows; low += side) {
    const int64_t rows = std::min(side, a.rows - low);
    for (int64_t i = 0; i < rows; i++) {
      const int64_t start = a.starts[low + i], count = a.starts[low + i + 1] - start;
      float *row = sums + i * padded;
      sumRow(lines, a.indices.data() + start, a.values.data() + start, count, table, row);
      for (int64_t c = 0; c < width && bias; c++) row[c] += widened(bias[first + c]);
      for (int64_t c = 0; c < width && form.relu; c++) row[c] = row[c] < 0 ? 0 : row[c];
      if (!form.transposesResult) narrow(row, result + (low + i) * b.columns + first, width);
    }
    if (!form.transposesResult) continue;
    for (int64_t c = 0; c < width; c += side)
      transposeTile(sums + c, padded, rows, std::min(side, width - c), turned + c * side, side);
    for (int64_t c = 0; c < width; c++)
      narrow(turned + c * side, result + (first + c) * a.rows + low, rows);
  }
}

CT_VECTORIZED void panelOf(const SparseMatrix &a, const Dense &b, const ProductForm &form,
                           int64_t first, int lines, float *result, float *table) {
  panel(a, b, form, first, lines, result, table);
}
CT_VECTORIZED void panelOf(const SparseMatrix &a, const Dense &b, const ProductForm &form,
                           int64_t first, int lines, uint16_t *result, uint16_t *table) {
  panel(a, b, form, first, lines, result, table);
}

template <class T>
void productOf(const SparseMatrix &a, const Dense &b, const ProductForm &form, T *result,
               int threads) {
  const int64_t lines = (b.columns + lineWidth<T> - 1) / lineWidth<T>;
  const int parts = share(lines, 1, threads);
  inParallel(parts, [&](int part) {
    T *table = room<T>(b.rows * panelLines * lineWidth<T>);
    const int64_t high = lines * (part + 1) / parts;
    for (int64_t low = lines * part / parts; low < high; low += panelLines)
      panelOf(a, b, form, low * lineWidth<T>, int(std::min(panelLines, high - low)), result,
              table);
  });
}

}  // namespace

double density(const Dense &m, bool bfloat16, int threads) {
  const int64_t n = m.rows * m.columns, block = 1 << 16, blocks = (n + block - 1) / block;
  std::vector<int32_t> counts(blocks);
  const int parts = share(blocks, 1, threads);
  inParallel(parts, [&](int part) {
    for (int64_t i = blocks * part / parts; i < blocks * (part + 1) / parts; i++) {
      const int64_t low = i * block, size = std::min(block, n - low);
      counts[i] = bfloat16 ? count(static_cast<const uint16_t *>(m.numbers) + low, size)
                           : count(static_cast<const float *>(m.numbers) + low, size);
    }
  });
  double total = 0;
  for (int32_t c : counts) total += c;
  return n ? total / double(n) : 1;
}

c10::intrusive_ptr<SparseMatrix> sparse(const Dense &m, bool bfloat16, int threads) {
  return bfloat16 ? sparseOf(static_cast<const uint16_t *>(m.numbers), m.rows, m.columns, threads)
                  : sparseOf(static_cast<const float *>(m.numbers), m.rows, m.columns, threads);
}

c10::intrusive_ptr<SparseMatrix> transposed(const SparseMatrix &m, int threads) {
  auto result = c10::make_intrusive<SparseMatrix>();
  SparseMatrix &t = *result;
  t.rows = m.columns;
  t.columns = m.rows;
  t.starts.resize(t.rows + 1);
  t.indices.resize(m.indices.size());
  t.values.resize(m.values.size());
  const int parts = share(int64_t(m.indices.size()), 8192, threads);
  const int32_t *columns = m.indices.data();
  std::vector<int64_t> next(t.rows);  // of each row, where its next number goes
  // body(i, first, last) for the numbers of every row i that lie in the part's columns.
  const auto overRows = [&](int64_t low, int64_t high, const auto &body) {
    for (int64_t i = 0; i < m.rows; i++) {
      const int32_t *first = columns + m.starts[i], *last = columns + m.starts[i + 1];
      if (low > 0) first = std::lower_bound(first, last, int32_t(low));
      if (high < m.columns) last = std::lower_bound(first, last, int32_t(high));
      body(i, first - columns, last - columns);
    }
  };
  const auto overColumns = [&](const auto &body) {
    inParallel(parts, [&](int part) {
      body(m.columns * part / parts, m.columns * (part + 1) / parts);
    });
  };
  overColumns([&, next = next.data()](int64_t low, int64_t high) {
    overRows(low, high, [=](int64_t, int64_t first, int64_t last) {
      for (int64_t e = first; e < last; e++) next[columns[e]]++;
    });
  });
  for (int64_t j = 0; j < t.rows; j++) {
    t.starts[j + 1] = t.starts[j] + next[j];
    next[j] = t.starts[j];
  }
  overColumns([&, next = next.data()](int64_t low, int64_t high) {
    overRows(low, high, [=, values = m.values.data(), toIndices = t.indices.data(),
                         toValues = t.values.data()](int64_t i, int64_t first, int64_t last) {
      for (int64_t e = first; e < last; e++) {
        const int64_t to = next[columns[e]]++;
        toIndices[to] = int32_t(i);
        toValues[to] = values[e];
      }
    });
  });
  return result;
}

void product(const SparseMatrix &a, const Dense &b, const ProductForm &form, void *result,
             bool bfloat16, int threads) {
  bfloat16 ? productOf(a, b, form, static_cast<uint16_t *>(result), threads)
           : productOf(a, b, form, static_cast<float *>(result), threads);
}

}  // namespace ct
