// SPDX-License-Identifier: Apache-2.0
//
// Part of kmeans_vectors.hpp, compiled once for each instruction set: kernels for points of few
// dimensions.

// Narrow points: a block of two vectors of points against four centroids at a time.

template <int centers, bool excluding>
CT_INLINE void against(const float *block, int64_t d, const float *centroids, int32_t first,
                       const Ints *excluded, Floats *best, Ints *index) {
  Floats distances[2][centers] = {};
  for (int64_t j = 0; j < d; j++) {
    Floats x[2] = {load(block + j * lanes), load(block + (d + j) * lanes)};
    for (int c = 0; c < centers; c++) {
      Floats center = all(centroids[c * d + j]);
      for (int b = 0; b < 2; b++) {
        Floats difference = x[b] - center;
        distances[b][c] += difference * difference;
      }
    }
  }
  for (int c = 0; c < centers; c++) {
    for (int b = 0; b < 2; b++) {
      Ints better = distances[b][c] < best[b];
      if (excluding) better &= excluded[b] != all(first + c);
      best[b] = better ? distances[b][c] : best[b];
      index[b] = better ? all(first + c) : index[b];
    }
  }
}

template <bool excluding>
CT_INLINE void nearestInBlock(const float *block, const Centroids &c, const Ints *excluded,
                              Floats *best, Ints *index) {
  for (int b = 0; b < 2; b++) {
    best[b] = all(std::numeric_limits<float>::infinity());
    index[b] = Ints{};
  }
  int64_t first = 0;
  for (; first + 4 <= c.k; first += 4)
    against<4, excluding>(block, c.d, c.rows + first * c.d, int32_t(first), excluded, best, index);
  const float *rest = c.rows + first * c.d;
  switch (c.k - first) {
  case 3: against<3, excluding>(block, c.d, rest, int32_t(first), excluded, best, index); break;
  case 2: against<2, excluding>(block, c.d, rest, int32_t(first), excluded, best, index); break;
  case 1: against<1, excluding>(block, c.d, rest, int32_t(first), excluded, best, index); break;
  }
}

static void nearestNarrow(const float *panels, int64_t count, const Centroids &c,
                          const int32_t *excluded, int32_t *labels, float *distances) {
  for (int64_t i = 0; i < count; i += 2 * lanes) {
    Floats best[2];
    Ints index[2];
    int64_t valid = std::min<int64_t>(count - i, 2 * lanes);
    if (excluded) {
      int32_t padded[2 * lanes] = {};
      std::copy_n(excluded + i, valid, padded);
      Ints apart[2] = {load(padded), load(padded + lanes)};
      nearestInBlock<true>(panels + i * c.d, c, apart, best, index);
    } else {
      nearestInBlock<false>(panels + i * c.d, c, nullptr, best, index);
    }
    if (valid == 2 * lanes) {
      for (int b = 0; b < 2; b++) {
        store(distances + i + b * lanes, best[b]);
        store(labels + i + b * lanes, index[b]);
      }
    } else {
      for (int64_t m = 0; m < valid; m++) {
        distances[i + m] = best[m / lanes][m % lanes];
        labels[i + m] = index[m / lanes][m % lanes];
      }
    }
  }
}

// Even and odd points have sums of their own: two points of one cluster in a row then need not wait
// for each other.
template <int vectors>
CT_INLINE void addRows(const float *rows, const float *end, const float *weights, int64_t count,
                       int64_t d, int64_t k, const int32_t *labels, double *sums,
                       double *clusterWeights) {
  for (int64_t i = 0; i < count; i++) {
    const float *row = rows + i * d;
    int64_t slot = (i & 1) * k + labels[i];
    double *sum = sums + slot * narrowDimension;
    double weight = weights ? weights[i] : 1.0;
    clusterWeights[slot] += weight;
    float copy[vectors * lanes];
    if (end - row < vectors * lanes) {
      for (int64_t j = 0; j < vectors * lanes; j++) copy[j] = j < d ? row[j] : 0;
      row = copy;
    }
    // Lanes past d hold the next row's numbers: they are added to columns that nobody reads.
    for (int v = 0; v < vectors; v++) {
      Floats x = load(row + v * lanes);
      double *part = sum + v * lanes;
      store(part, load(part) + low(x) * weight);
      store(part + lanes / 2, load(part + lanes / 2) + high(x) * weight);
    }
  }
}

static void accumulateNarrow(const float *rows, const float *end, const float *weights,
                             int64_t count, const Centroids &c, const int32_t *labels,
                             const float *distances, Scratch &s) {
  int64_t vectors = (c.d + lanes - 1) / lanes;
  double *sums = s.sums.data(), *total = s.weights.data();
  if (vectors == 1) addRows<1>(rows, end, weights, count, c.d, c.k, labels, sums, total);
  else if (vectors == 2) addRows<2>(rows, end, weights, count, c.d, c.k, labels, sums, total);
  else addRows<narrowDimension / lanes>(rows, end, weights, count, c.d, c.k, labels, sums, total);
  Doubles cost = {};
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    Floats part = load(distances + i);
    if (weights) part *= load(weights + i);
    cost += low(part) + high(part);
  }
  for (; i < count; i++) s.cost += double(distances[i]) * (weights ? weights[i] : 1.0f);
  s.cost += sum(cost);
}
