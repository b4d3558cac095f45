// SPDX-License-Identifier: Apache-2.0
//
// The forces between all pairs of points in the plane, on a grid (Linderman et al. 2019). Unlike
// there, the force is convolved itself, as one complex kernel with one charge a point, and the
// normaliser is read from the spectrum: two transforms in place of eight. The grid's spacing stays
// the same, so the kernel is transformed anew only when the grid grows.
#include "CTProjection.h"
#include "fourier.hpp"
#include "threads.hpp"

#include <algorithm>
#include <new>
#include <numeric>
#include <vector>

namespace {

using ct::fourier::lanes;
using ct::fourier::Workspace;
template <class T> using Buffer = ct::kmeans::Buffer<T>;

constexpr float finest = 0.25f;        // the kernel is as wide as 1
constexpr int64_t longest = 3072;      // of a grid, beyond which its spacing grows
constexpr int64_t margin = 4;          // nodes that the polynomials need beside the points

struct Grid {
  float low[2];
  float spacing;
  int64_t nodes;   // a side that may be touched
  int64_t length;  // with room for the convolution
};

// Cubic polynomials through the nodes -1, 0, 1, 2, at 0 <= t <= 1.
CT_INLINE void weigh(float t, float *weights) {
  weights[0] = -t * (t - 1) * (t - 2) / 6;
  weights[1] = (t + 1) * (t - 1) * (t - 2) / 2;
  weights[2] = -(t + 1) * t * (t - 2) / 2;
  weights[3] = (t + 1) * t * (t - 1) / 6;
}

// The node before a coordinate, and how far beyond it.
CT_INLINE int64_t cell(const Grid &grid, float x, int axis, float &beyond) {
  const float place = (x - grid.low[axis]) / grid.spacing + 1;
  const int64_t node = std::clamp<int64_t>(int64_t(place), 1, grid.nodes - 3);
  beyond = place - float(node);
  return node;
}

// One block of the charges' spectrum becomes one of the force's; the block's part of the sum of
// all potentials.
CT_VECTORIZED double multiply(float *real, float *imaginary, const float *spectrum, int64_t length) {
  double sums[lanes] = {};
  for (int64_t x = 0; x < length; x++)
    for (int64_t lane = 0; lane < lanes; lane++) {
      float &re = real[x * lanes + lane], &im = imaginary[x * lanes + lane];
      const float *kernel = spectrum + 3 * x * lanes + lane;
      sums[lane] += double(kernel[2 * lanes] * (re * re + im * im));
      const float product = re * kernel[0] - im * kernel[lanes];
      im = re * kernel[lanes] + im * kernel[0];
      re = product;
    }
  return std::accumulate(sums, sums + lanes, 0.0);
}

}  // namespace

struct CTRepulsion {
  Grid grid{};
  ct::fourier::Roots roots;
  // [length / lanes, length, 3, lanes]: two parts of the force, and the potential.
  Buffer<float> spectrum;
  Buffer<float> charges;          // [length / 2, length / 2]
  Buffer<float> real, imaginary;  // between the passes
  std::vector<ct::fourier::Workspace> workspaces;
  std::vector<int64_t> rowStarts;
  std::vector<int32_t> order;     // points by the row of the grid that they are in
  std::vector<double> sums;

  void fit(const float *points, int64_t n, int32_t threads) {
    float high[2];
    for (int axis = 0; axis < 2; axis++) {
      grid.low[axis] = high[axis] = points[axis];
      for (int64_t i = 1; i < n; i++) {
        grid.low[axis] = std::min(grid.low[axis], points[2 * i + axis]);
        high[axis] = std::max(high[axis], points[2 * i + axis]);
      }
    }
    const float span = std::max(high[0] - grid.low[0], high[1] - grid.low[1]);
    const float spacing = std::max(finest, span / float(longest / 2 - margin));
    grid.nodes = std::min(int64_t(span / spacing) + margin, longest / 2);
    const int64_t length = ct::fourier::length(2 * grid.nodes);
    if (workspaces.size() < size_t(threads)) workspaces.resize(threads);
    for (auto &workspace : workspaces) workspace.resize(length);
    if (length == grid.length && spacing == grid.spacing) return;
    grid.length = 0;  // should memory run out here
    roots.resize(length);
    charges.resize(length * length / 4);
    real.resize(length * length);
    imaginary.resize(length * length);
    spectrum.resize(length * length * 3);
    grid.length = length;
    grid.spacing = spacing;
    prepareKernel(threads);
  }

  // Calls body(block, workspace) for every block of 16 columns or rows.
  template <class Body> void forBlocks(int64_t blocks, int32_t threads, const Body &body) {
    const int parts = int(std::clamp<int64_t>(blocks, 1, threads));
    ct::inParallel(parts, [&](int part) {
      for (int64_t b = part; b < blocks; b += parts) body(b, workspaces[part]);
    });
  }

  void transform(Workspace &w) const {
    ct::fourier::transform(w.real.data(), w.imaginary.data(), w.otherReal.data(),
                           w.otherImaginary.data(), grid.length, roots.cosines.data(),
                           roots.sines.data());
  }
  void inverse(Workspace &w) const {
    ct::fourier::transform(w.imaginary.data(), w.real.data(), w.otherImaginary.data(),
                           w.otherReal.data(), grid.length, roots.cosines.data(),
                           roots.sines.data());
  }

  // Between the passes: `used` of `width` columns of 16 rows, which become lanes, zeros beyond.
  void loadRows(Workspace &w, int64_t block, int64_t width, int64_t used) const {
    for (int64_t lane = 0; lane < lanes; lane++) {
      const int64_t first = (block * lanes + lane) * width;
      for (int64_t x = 0; x < used; x++) {
        w.real[x * lanes + lane] = real[first + x];
        w.imaginary[x * lanes + lane] = imaginary[first + x];
      }
    }
    std::fill(w.real.data() + used * lanes, w.real.data() + grid.length * lanes, 0.0f);
    std::fill(w.imaginary.data() + used * lanes, w.imaginary.data() + grid.length * lanes, 0.0f);
  }

  void storeRows(const Workspace &w, int64_t block, int64_t width, int64_t used) {
    for (int64_t lane = 0; lane < lanes; lane++) {
      const int64_t first = (block * lanes + lane) * width;
      for (int64_t x = 0; x < used; x++) {
        real[first + x] = w.real[x * lanes + lane];
        imaginary[first + x] = w.imaginary[x * lanes + lane];
      }
    }
  }

  void storeColumns(const Workspace &w, int64_t block, int64_t width, int64_t height) {
    for (int64_t r = 0; r < height; r++) {
      std::copy_n(w.real.data() + r * lanes, lanes, real.data() + r * width + block * lanes);
      std::copy_n(w.imaginary.data() + r * lanes, lanes, imaginary.data() + r * width + block * lanes);
    }
  }

  // Where left and right are the same, at half the length, nothing reaches.
  float displacement(int64_t node) const {
    const int64_t half = grid.length / 2;
    return float(node < half ? node : node == half ? 0 : node - grid.length) * grid.spacing;
  }

  // The transforms of (x + i y) / (1 + x^2 + y^2)^2 and of 1 / (1 + x^2 + y^2).
  void prepareKernel(int32_t threads) {
    const int64_t length = grid.length, blocks = length / lanes;
    const float scale = 1 / (float(length) * float(length));
    for (int kind = 0; kind < 2; kind++) {
      forBlocks(blocks, threads, [&](int64_t block, Workspace &w) {
        for (int64_t r = 0; r < length; r++)
          for (int64_t lane = 0; lane < lanes; lane++) {
            const float x = displacement(block * lanes + lane), y = displacement(r);
            const float near = 1 / (1 + x * x + y * y);
            w.real[r * lanes + lane] = kind == 0 ? x * near * near : near;
            w.imaginary[r * lanes + lane] = kind == 0 ? y * near * near : 0;
          }
        transform(w);
        storeColumns(w, block, length, length);
      });
      forBlocks(blocks, threads, [&](int64_t block, Workspace &w) {
        loadRows(w, block, length, length);
        transform(w);
        float *target = spectrum.data() + block * length * 3 * lanes;
        for (int64_t x = 0; x < length; x++, target += 3 * lanes)
          for (int64_t lane = 0; lane < lanes; lane++)
            if (kind == 0) {
              target[lane] = w.real[x * lanes + lane] * scale;
              target[lanes + lane] = w.imaginary[x * lanes + lane] * scale;
            } else {
              target[2 * lanes + lane] = w.real[x * lanes + lane] * scale;
            }
      });
    }
  }

  // Points by rows, in their own order within a row.
  void sortPoints(const float *points, int64_t n) {
    rowStarts.assign(grid.nodes + 1, 0);
    order.resize(n);
    float beyond;
    for (int64_t i = 0; i < n; i++) rowStarts[cell(grid, points[2 * i + 1], 1, beyond) + 1]++;
    for (int64_t r = 0; r < grid.nodes; r++) rowStarts[r + 1] += rowStarts[r];
    std::vector<int64_t> places(rowStarts.begin(), rowStarts.end() - 1);
    for (int64_t i = 0; i < n; i++)
      order[places[cell(grid, points[2 * i + 1], 1, beyond)]++] = int32_t(i);
  }

  // A row of the grid takes its share of the points in the four rows about it, so no two threads
  // write to one place, and the sums have one order.
  void spread(const float *points, int64_t row) {
    float *target = charges.data() + row * (grid.length / 2);
    std::fill(target, target + grid.length / 2, 0.0f);
    for (int64_t r = std::max<int64_t>(row - 2, 0); r <= std::min(row + 1, grid.nodes - 1); r++)
      for (int64_t p = rowStarts[r]; p < rowStarts[r + 1]; p++) {
        const float *point = points + 2 * int64_t(order[p]);
        float tx, ty, wx[4], wy[4];
        const int64_t x = cell(grid, point[0], 0, tx);
        cell(grid, point[1], 1, ty);
        weigh(tx, wx);
        weigh(ty, wy);
        for (int64_t k = 0; k < 4; k++) target[x - 1 + k] += wy[row - r + 1] * wx[k];
      }
  }

  // Turns the charges into the field of the force, in `real` and `imaginary`; the sum of the
  // charges' potentials (Parseval).
  double convolve(int32_t threads) {
    const int64_t length = grid.length, half = length / 2, blocks = length / lanes;
    const int64_t columns = (grid.nodes + lanes - 1) / lanes;
    forBlocks(columns, threads, [&](int64_t block, Workspace &w) {
      for (int64_t r = 0; r < grid.nodes; r++)
        std::copy_n(charges.data() + r * half + block * lanes, lanes, w.real.data() + r * lanes);
      std::fill(w.real.data() + grid.nodes * lanes, w.real.data() + length * lanes, 0.0f);
      std::fill(w.imaginary.data(), w.imaginary.data() + length * lanes, 0.0f);
      transform(w);
      storeColumns(w, block, half, length);
    });
    sums.assign(blocks, 0);
    forBlocks(blocks, threads, [&](int64_t block, Workspace &w) {
      loadRows(w, block, half, grid.nodes);
      transform(w);
      sums[block] = multiply(w.real.data(), w.imaginary.data(),
                             spectrum.data() + block * length * 3 * lanes, length);
      inverse(w);
      storeRows(w, block, half, grid.nodes);
    });
    forBlocks(columns, threads, [&](int64_t block, Workspace &w) {
      for (int64_t r = 0; r < length; r++) {
        std::copy_n(real.data() + r * half + block * lanes, lanes, w.real.data() + r * lanes);
        std::copy_n(imaginary.data() + r * half + block * lanes, lanes, w.imaginary.data() + r * lanes);
      }
      inverse(w);
      storeColumns(w, block, half, grid.nodes);
    });
    return std::accumulate(sums.begin(), sums.end(), 0.0);
  }

  // What the grid gives for a point's potential on itself, which is not quite 1. Its force on itself
  // is zero, since the kernel is odd and the weights are the same to and from the grid.
  double ownPotential(const float *point) const {
    float t[2], w[2][4], correlation[2][4] = {};
    for (int axis = 0; axis < 2; axis++) {
      cell(grid, point[axis], axis, t[axis]);
      weigh(t[axis], w[axis]);
      for (int k = 0; k < 4; k++)
        for (int j = 0; j + k < 4; j++)
          correlation[axis][k] += (k > 0 ? 2 : 1) * w[axis][j] * w[axis][j + k];
    }
    float sum = 0;
    for (int r = 0; r < 4; r++)
      for (int k = 0; k < 4; k++) {
        const float x = float(k) * grid.spacing, y = float(r) * grid.spacing;
        sum += correlation[0][k] * correlation[1][r] / (1 + x * x + y * y);
      }
    return sum;
  }

  // The field where a point is.
  void gather(const float *point, float *force) const {
    float tx, ty, wx[4], wy[4];
    const int64_t x = cell(grid, point[0], 0, tx), y = cell(grid, point[1], 1, ty);
    weigh(tx, wx);
    weigh(ty, wy);
    force[0] = force[1] = 0;
    for (int64_t r = 0; r < 4; r++)
      for (int64_t k = 0; k < 4; k++) {
        const int64_t node = (y - 1 + r) * (grid.length / 2) + x - 1 + k;
        force[0] += wy[r] * wx[k] * real[node];
        force[1] += wy[r] * wx[k] * imaginary[node];
      }
  }
};

CTRepulsion *ct_repulsion_new(void) { return new (std::nothrow) CTRepulsion; }

void ct_repulsion_free(CTRepulsion *repulsion) { delete repulsion; }

double ct_repulsion(CTRepulsion *repulsion, const float *points, int64_t n, float *forces,
                    int32_t threads) {
  try {
    CTRepulsion &r = *repulsion;
    r.fit(points, n, threads);
    r.sortPoints(points, n);
    const int64_t rows = r.grid.nodes;
    const int parts = int(std::clamp<int64_t>(rows, 1, threads));
    ct::inParallel(parts, [&](int part) {
      for (int64_t row = part; row < rows; row += parts) r.spread(points, row);
    });
    const double potential = r.convolve(threads);
    // In chunks whose sums have one order, however many threads there are.
    const int64_t chunk = 1'024, chunks = (n + chunk - 1) / chunk;
    r.sums.assign(chunks, 0);
    r.forBlocks(chunks, threads, [&](int64_t c, Workspace &) {
      for (int64_t p = c * chunk; p < std::min((c + 1) * chunk, n); p++) {
        const int64_t i = r.order[p];
        r.gather(points + 2 * i, forces + 2 * i);
        r.sums[c] += r.ownPotential(points + 2 * i);
      }
    });
    const double own = std::accumulate(r.sums.begin(), r.sums.end(), 0.0);
    return std::max(potential - own, 1e-9);
  } catch (...) {  // std::bad_alloc is all that can come
    return 0;
  }
}
