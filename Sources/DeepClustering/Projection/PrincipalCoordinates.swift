// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// The first principal coordinates of rows (n × d): n × count, row-major.
///
/// Few dimensions go through the exact eigenvectors of the covariance; many are first reduced by
/// subspace iteration (Halko, Martinsson, Tropp, SIAM Review 2011), which is exact enough to look at.
func principalCoordinates(_ embedding: Tensor, count: Int) -> [Float] {
  var rows = embedding
  if embedding.shape[1] > 64 {
    let centered = embedding - embedding.mean(0, keeping: true)
    var basis = Generator(seed: 0, on: embedding.device).normal(shape: [
      embedding.shape[1], count + 6,
    ])
    for _ in 0..<8 {
      basis = centered.transposed().matmul(centered.matmul(basis))
      basis = orthonormalized(basis)
    }
    rows = centered.matmul(basis)
  }
  let values: [Float] = rows.scalars()
  let components = PrincipalComponents(of: values, columns: rows.shape[1], count: count)
  return components.project(values)
}

/// Gram–Schmidt over the columns of a tall matrix, in double precision, twice for good measure.
private func orthonormalized(_ matrix: Tensor) -> Tensor {
  let (rows, columns) = (matrix.shape[0], matrix.shape[1])
  var values: [Double] = matrix.transposed().copy().scalars()
  for column in 0..<columns {
    let base = column * rows
    for _ in 0..<2 {
      for other in 0..<column {
        let start = other * rows
        let dot = (0..<rows).reduce(0.0) { $0 + values[start + $1] * values[base + $1] }
        for row in 0..<rows { values[base + row] -= dot * values[start + row] }
      }
    }
    let norm = (0..<rows).reduce(0.0) { $0 + values[base + $1] * values[base + $1] }.squareRoot()
    for row in 0..<rows { values[base + row] /= max(norm, .leastNormalMagnitude) }
  }
  return Tensor(values.map(Float.init), shape: [columns, rows], on: matrix.device)
    .transposed().copy()
}
