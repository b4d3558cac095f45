// SPDX-License-Identifier: Apache-2.0

/// The largest eigenvalues of a symmetric positive semi-definite matrix, with their eigenvectors.
///
/// Small matrices are rotated until they are diagonal (Jacobi, Crelle's Journal 30, 1846). Large
/// ones are first reduced to a small one by subspace iteration with Rayleigh–Ritz projection
/// (Rutishauser, Simultaneous iteration method for symmetric matrices, Numer. Math. 16, 1970).
struct SymmetricEigenvectors {
  /// The eigenvalues, descending.
  let values: [Double]

  /// The eigenvectors, row-major, one a row; zero for eigenvalues beyond the rank.
  let vectors: [Double]

  /// The `count` largest eigenvalues of a `size` × `size` matrix.
  init(leading count: Int, of matrix: [Double], size: Int) {
    precondition(matrix.count == size * size && count <= size, "the matrix is not square")
    // The extra directions make the wanted ones converge fast, even when they are nearly equal.
    let width = count + 20
    let all =
      size <= max(width, 64)
      ? Self.rotated(matrix, size: size)
      : Self.iterated(matrix, size: size, wanted: count, width: width)
    values = Array(all.values.prefix(count))
    vectors = Array(all.vectors.prefix(count * size))
  }

  private init(values: [Double], vectors: [Double]) {
    self.values = values
    self.vectors = vectors
  }

  /// All eigenvalues and eigenvectors, by cyclic Jacobi rotations.
  private static func rotated(_ matrix: [Double], size: Int) -> SymmetricEigenvectors {
    var a = matrix
    var v = [Double](repeating: 0, count: size * size)
    for index in 0..<size { v[index * size + index] = 1 }
    let norm = a.reduce(0) { $0 + $1 * $1 }
    // Convergence is quadratic: six to ten rounds are usual, the rest is a safeguard.
    for _ in 0..<60 {
      var rest = 0.0
      for p in 0..<size {
        for q in p + 1..<max(size, p + 1) { rest += a[p * size + q] * a[p * size + q] }
      }
      if rest <= 1e-30 * norm { break }
      for p in 0..<size {
        for q in p + 1..<max(size, p + 1) where a[p * size + q] != 0 {
          let theta = (a[q * size + q] - a[p * size + p]) / (2 * a[p * size + q])
          // The smaller angle; for huge theta the square may be infinite and the tangent zero.
          let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<size {
            let (x, y) = (a[k * size + p], a[k * size + q])
            a[k * size + p] = cosine * x - sine * y
            a[k * size + q] = sine * x + cosine * y
          }
          for k in 0..<size {
            let (x, y) = (a[p * size + k], a[q * size + k])
            a[p * size + k] = cosine * x - sine * y
            a[q * size + k] = sine * x + cosine * y
          }
          for k in 0..<size {
            let (x, y) = (v[p * size + k], v[q * size + k])
            v[p * size + k] = cosine * x - sine * y
            v[q * size + k] = sine * x + cosine * y
          }
        }
      }
    }
    let order = (0..<size).sorted { (a[$1 * size + $1], $0) < (a[$0 * size + $0], $1) }
    return SymmetricEigenvectors(
      values: order.map { a[$0 * size + $0] },
      vectors: order.flatMap { v[$0 * size..<($0 + 1) * size] })
  }

  /// The `width` leading eigenvectors, of which the `wanted` first have converged.
  private static func iterated(
    _ matrix: [Double], size: Int, wanted: Int, width: Int
  ) -> SymmetricEigenvectors {
    var basis = start(width * size)
    orthonormalize(&basis, size: size)
    var result = SymmetricEigenvectors(values: [], vectors: basis)
    // Where so many rounds do not separate directions, their variances are equal for any purpose.
    for _ in 0..<300 {
      var image = product(basis, matrix, size: size)
      let small = rotated(inner(basis, image, size: size), size: width)
      basis = product(small.vectors, basis, inner: width, columns: size)
      image = product(small.vectors, image, inner: width, columns: size)
      result = SymmetricEigenvectors(values: small.values, vectors: basis)
      let worst =
        (0..<wanted).map { index in
          (index * size..<(index + 1) * size).reduce(0) { sum, entry in
            let residual = image[entry] - small.values[index] * basis[entry]
            return sum + residual * residual
          }
        }.max() ?? 0
      if worst.squareRoot() <= 1e-11 * small.values[0] { break }
      basis = image
      orthonormalize(&basis, size: size)
    }
    return result
  }

  /// Numbers from −½ to ½ without structure, always the same (Weyl's sequence of the golden ratio,
  /// squared): unit vectors as a start could miss an eigenvector altogether.
  private static func start(_ count: Int) -> [Double] {
    (1...count).map { index in
      let product = Double(index) * Double(index) * 0.618_033_988_749_894_9
      return product - product.rounded(.down) - 0.5
    }
  }

  /// Makes the rows orthonormal, those that depend on the rows before them zero.
  private static func orthonormalize(_ rows: inout [Double], size: Int) {
    rows.withUnsafeMutableBufferPointer { rows in
      for first in stride(from: 0, to: rows.count, by: size) {
        let own = UnsafeMutableBufferPointer(rebasing: rows[first..<first + size])
        let before = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // Twice is enough: the second pass removes what rounding left in the first.
        for _ in 0..<2 {
          for other in stride(from: 0, to: first, by: size) {
            let done = UnsafeMutableBufferPointer(rebasing: rows[other..<other + size])
            var dot = 0.0
            for index in 0..<size { dot += own[index] * done[index] }
            for index in 0..<size { own[index] -= dot * done[index] }
          }
        }
        let after = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let scale = after > 1e-12 * before ? 1 / after : 0
        for index in 0..<size { own[index] *= scale }
      }
    }
  }

  /// The rows times the symmetric matrix: row i of the result is the matrix times row i.
  private static func product(_ rows: [Double], _ matrix: [Double], size: Int) -> [Double] {
    product(rows, matrix, inner: size, columns: size)
  }

  /// The product of two row-major matrices, the second `inner` × `columns`.
  private static func product(
    _ left: [Double], _ right: [Double], inner: Int, columns: Int
  ) -> [Double] {
    let rows = left.count / inner
    var result = [Double](repeating: 0, count: rows * columns)
    result.withUnsafeMutableBufferPointer { result in
      right.withUnsafeBufferPointer { right in
        // The middle index outermost: each row of the larger matrix is read once.
        for k in 0..<inner {
          let source = UnsafeBufferPointer(rebasing: right[k * columns..<(k + 1) * columns])
          for row in 0..<rows {
            let factor = left[row * inner + k]
            let target = UnsafeMutableBufferPointer(
              rebasing: result[row * columns..<(row + 1) * columns])
            for column in 0..<columns { target[column] += factor * source[column] }
          }
        }
      }
    }
    return result
  }

  /// The inner products of the rows of two matrices with `size` columns, made symmetric.
  private static func inner(_ left: [Double], _ right: [Double], size: Int) -> [Double] {
    let rows = left.count / size
    var result = [Double](repeating: 0, count: rows * rows)
    for i in 0..<rows {
      for j in i..<rows {
        var dot = 0.0
        for k in 0..<size { dot += left[i * size + k] * right[j * size + k] }
        result[i * rows + j] = dot
        result[j * rows + i] = dot
      }
    }
    return result
  }
}
