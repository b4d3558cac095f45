// SPDX-License-Identifier: Apache-2.0
//
// Part of kmeans_vectors.hpp, compiled once for each instruction set: kernels for points of many
// dimensions.

// Wide points: the nearest centroid.
//
// Orders by |c|² - 2x·c, which is the distance less |x|². A tile keeps the scores of tileRows
// points for one panel of centroids in registers over all of d; then lane by lane the best so far
// is kept, so that no [n, k] matrix is ever written. Every score is one chain of multiply-adds in
// the order of the coordinates: tiles do not change bits.

template <int vectors, bool excluding>
static void tile(const float *rows, int64_t d, const float *panel, const float *offsets,
                 int32_t first, const int32_t *excluded, float *values, int32_t *indices) {
  Floats scores[tileRows][vectors];
  for (int v = 0; v < vectors; v++) {
    Floats offset = load(offsets + v * lanes);
    for (int r = 0; r < tileRows; r++) scores[r][v] = offset;
  }
  for (int64_t block = 0; block < d; block += 16) {
    // The first panel's tiles fetch the next tile's points, a cache line of each row at a time.
    for (int r = 0; r < tileRows && first == 0; r++)
      __builtin_prefetch(rows + (tileRows + r) * d + block, 0, 2);
    int64_t end = std::min(block + 16, d);
    for (int64_t j = block; j < end; j++) {
      Floats coordinates[vectors];
      for (int v = 0; v < vectors; v++) coordinates[v] = load(panel + (j * vectors + v) * lanes);
      for (int r = 0; r < tileRows; r++) {
        Floats x = all(rows[r * d + j]);
        for (int v = 0; v < vectors; v++) scores[r][v] += x * coordinates[v];
      }
    }
  }
  Ints lane;
  for (int i = 0; i < lanes; i++) lane[i] = first + i;
  for (int r = 0; r < tileRows; r++) {
    Floats best = load(values + r * lanes);
    Ints index = load(indices + r * lanes);
    for (int v = 0; v < vectors; v++) {
      Ints candidate = lane + v * lanes;
      Ints better = scores[r][v] < best;
      if (excluding) better &= candidate != all(excluded[r]);
      best = better ? scores[r][v] : best;
      index = better ? candidate : index;
    }
    store(values + r * lanes, best);
    store(indices + r * lanes, index);
  }
}

template <int vectors>
CT_INLINE void tiles(const float *rows, int64_t count, int64_t d, const float *panel,
                     const float *offsets, int32_t first, const int32_t *excluded, Scratch &s) {
  int64_t whole = count / tileRows * tileRows;
  for (int64_t i = 0; i < whole; i += tileRows) {
    float *values = s.values.data() + i * lanes;
    int32_t *indices = s.indices.data() + i * lanes;
    if (excluded)
      tile<vectors, true>(rows + i * d, d, panel, offsets, first, excluded + i, values, indices);
    else tile<vectors, false>(rows + i * d, d, panel, offsets, first, nullptr, values, indices);
  }
  if (whole == count) return;
  int32_t padded[tileRows] = {};
  if (excluded) std::copy(excluded + whole, excluded + count, padded);
  float *values = s.values.data() + whole * lanes;
  int32_t *indices = s.indices.data() + whole * lanes;
  if (excluded)
    tile<vectors, true>(s.tail.data(), d, panel, offsets, first, padded, values, indices);
  else tile<vectors, false>(s.tail.data(), d, panel, offsets, first, nullptr, values, indices);
}

static void nearestWide(const float *rows, int64_t count, const Centroids &c,
                        const int32_t *excluded, int32_t *labels, Scratch &s) {
  int64_t whole = count / tileRows * tileRows;
  std::fill_n(s.tail.data(), tileRows * c.d, 0.0f);
  std::copy(rows + whole * c.d, rows + count * c.d, s.tail.data());
  Floats infinity = all(std::numeric_limits<float>::infinity());
  for (int64_t i = 0; i < count + tileRows; i++) {
    store(s.values.data() + i * lanes, infinity);
    store(s.indices.data() + i * lanes, Ints{});
  }
  for (int64_t p = 0; p < c.panels; p++) {
    int64_t first = firstVector(p, c.vectors, c.panels);
    int64_t vectors = firstVector(p + 1, c.vectors, c.panels) - first;
    const float *panel = c.packed + first * lanes * c.d;
    const float *offsets = c.offsets + first * lanes;
    int32_t index = int32_t(first * lanes);
    if (vectors == 1) tiles<1>(rows, count, c.d, panel, offsets, index, excluded, s);
    else if (vectors == 2) tiles<2>(rows, count, c.d, panel, offsets, index, excluded, s);
    else tiles<tileVectors>(rows, count, c.d, panel, offsets, index, excluded, s);
  }
  for (int64_t i = 0; i < count; i++) {
    Floats values = load(s.values.data() + i * lanes);
    Ints indices = load(s.indices.data() + i * lanes);
    Ints lowest = values == all(__builtin_reduce_min(values));
    labels[i] = __builtin_reduce_min(lowest ? indices : all(INT32_MAX));
  }
}

// Wide points: what moves the centroids.
//
// The chunk's points are taken cluster by cluster, so that the running sums stay in registers:
// float for at most `run` points, double beyond. Summing differences to the old centroid, not the
// points, keeps float exact enough, and gives the cost by direct differences on the way.

CT_INLINE void group(const int32_t *labels, int64_t count, int64_t k, int32_t *starts,
                     int32_t *order) {
  std::fill_n(starts, k + 1, 0);
  for (int64_t i = 0; i < count; i++) starts[labels[i] + 1]++;
  for (int64_t c = 0; c < k; c++) starts[c + 1] += starts[c];
  for (int64_t i = 0; i < count; i++) order[starts[labels[i]]++] = int32_t(i);
  for (int64_t c = k; c > 0; c--) starts[c] = starts[c - 1];
  starts[0] = 0;
}

// Columns column ..< column + vectors * lanes of `members` points; only lanes from `skip` on count.
template <int vectors>
CT_INLINE Floats residuals(const float *rows, const float *weights, const int32_t *members,
                           int64_t count, int64_t d, const float *centroid, double *sums,
                           int64_t column, int skip) {
  Floats center[vectors], total[vectors] = {}, cost = {};
  Ints counted;
  for (int i = 0; i < lanes; i++) counted[i] = i >= skip ? -1 : 0;
  for (int v = 0; v < vectors; v++) center[v] = load(centroid + column + v * lanes);
  for (int64_t m = 0; m < count; m++) {
    const float *row = rows + members[m] * d + column;
    Floats weight = all(weights ? weights[members[m]] : 1.0f);
    for (int v = 0; v < vectors; v++) {
      Floats difference = load(row + v * lanes) - center[v];
      if (skip) difference = (Floats)((Ints)difference & counted);
      Floats weighted = weight * difference;
      total[v] += weighted;
      cost += weighted * difference;
    }
  }
  for (int v = 0; v < vectors; v++) add(total[v], sums + column + v * lanes);
  return cost;
}

static void accumulateWide(const float *rows, const float *weights, int64_t count,
                           const Centroids &c, const int32_t *labels, Scratch &s) {
  constexpr int64_t run = 32;
  int64_t d = c.d;
  group(labels, count, c.k, s.starts.data(), s.order.data());
  Doubles total = {};
  for (int64_t begin = 0, next; begin < count; begin = next) {
    int64_t label = labels[s.order[begin]];
    const int32_t *members = s.order.data() + begin;
    int64_t size = std::min<int64_t>(s.starts[label + 1] - begin, run);
    next = begin + size;
    const float *centroid = c.rows + label * d;
    double *sums = s.sums.data() + label * d;
    Floats cost = {};
    int64_t column = 0;
    for (; column + 4 * lanes <= d; column += 4 * lanes)
      cost += residuals<4>(rows, weights, members, size, d, centroid, sums, column, 0);
    for (; column + lanes <= d; column += lanes)
      cost += residuals<1>(rows, weights, members, size, d, centroid, sums, column, 0);
    if (column < d)
      cost += residuals<1>(rows, weights, members, size, d, centroid, sums, d - lanes,
                           int(column - (d - lanes)));
    total += low(cost) + high(cost);
    double weight = double(size);
    if (weights) {
      weight = 0;
      for (int64_t m = 0; m < size; m++) weight += weights[members[m]];
    }
    s.weights[label] += weight;
  }
  s.cost += sum(total);
}
