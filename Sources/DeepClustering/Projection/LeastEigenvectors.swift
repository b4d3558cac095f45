// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// A symmetric positive semi-definite matrix that is known by its products, in double precision.
protocol SymmetricOperator {
  /// The number of rows.
  var count: Int { get }
  /// The product with some vectors, one a row.
  func multiply(_ rows: Tensor) -> Tensor
  /// About the product with the inverse, by a positive definite matrix: the nearer, the fewer steps.
  func precondition(_ rows: Tensor) -> Tensor
}

/// The least eigenvalues of a symmetric positive semi-definite matrix, with their eigenvectors.
///
/// Knyazev, Toward the optimal preconditioned eigensolver: locally optimal block preconditioned
/// conjugate gradient method, SIAM J. Sci. Comput. 23, 2001, with the orthonormal bases of Hetmaniuk
/// and Lehoucq, J. Comput. Phys. 218, 2006. How near the eigenvectors are is measured by the wanted
/// eigenvalues, which may be far below the largest of the matrix.
struct LeastEigenvectors {
  /// The eigenvalues, ascending.
  let values: [Double]
  /// One eigenvector a row, of unit length.
  let vectors: Tensor
  /// The longest A·v − λ·v, divided by the last of the eigenvalues; 0 where it is rounding.
  let residual: Double

  /// Finds the eigenvectors of the least eigenvalues.
  ///
  /// - Parameters:
  ///   - count: How many, fewer than half the rows.
  ///   - matrix: Symmetric and positive semi-definite.
  ///   - known: An eigenvector of unit length to leave out, 1 × rows; nil for none.
  ///   - tolerance: On the length of A·v − λ·v, divided by the last of the eigenvalues.
  ///   - seed: Of the first directions.
  ///   - limit: The most steps.
  init(
    least count: Int, of matrix: some SymmetricOperator, orthogonalTo known: Tensor?,
    tolerance: Double, seed: UInt64, limit: Int = 500
  ) {
    let n = matrix.count
    precondition(count > 0 && 2 * count < n, "\(count) eigenvectors of \(n)")
    // The last ones converge by the gap to the next that is not followed: a few more are.
    let start = Generator(seed: seed).normal(shape: [min(count + 4, n - 1), n]).to(.float64)
    var basis = RitzBasis(Self.orthonormal(start, beside: known) ?? start, by: matrix)
    for _ in 1..<limit where basis.residual(count) > tolerance {
      let inside = Tensor.concatenated([basis.vectors] + (known.map { [$0] } ?? []))
      let residuals = matrix.precondition(basis.residuals)
      guard let news = Self.orthonormal(residuals, beside: inside) else { break }
      basis.add(news, by: matrix)
    }
    values = Array(basis.values.prefix(count))
    vectors = basis.vectors.slice(0..<count)
    residual = basis.residual(count)
  }

  /// An orthonormal basis of what vectors, one a row, have beside others; nil where that is nothing.
  ///
  /// By the eigenvectors of the inner products (Stathopoulos and Wu, A block orthogonalization
  /// procedure with constant synchronization requirements, SIAM J. Sci. Comput. 23, 2002).
  fileprivate static func orthonormal(_ rows: Tensor, beside others: Tensor?) -> Tensor? {
    var rows = unitLength(rows, above: 0)
    // Twice is enough (Kahan).
    for _ in 0..<2 {
      if let others { rows = rows - rows.matmul(others.transposed()).matmul(others) }
      rows = unitLength(rows, above: 1e-10)
      let size = rows.shape[0]
      let inner: [Double] = rows.matmul(rows.transposed()).scalars()
      let found = SymmetricEigenvectors(leading: size, of: inner, size: size)
      let rank = found.values.count { $0 > 1e-10 }
      guard rank > 0 else { return nil }
      let rotation = Tensor(Array(found.vectors.prefix(rank * size)), shape: [rank, size])
      let lengths = Tensor(found.values.prefix(rank).map { $0.squareRoot() }, shape: [rank, 1])
      rows = (rotation / lengths).matmul(rows)
    }
    return rows
  }

  /// Rows of length 1, or of zeros where they are not longer than a bound.
  private static func unitLength(_ rows: Tensor, above bound: Double) -> Tensor {
    let lengths: [Double] = rows.squared().sum(1).squareRoot().scalars()
    let factors = lengths.map { $0 > bound ? 1 / $0 : 0 }
    return rows * Tensor(factors, shape: [factors.count, 1])
  }
}

/// The best approximations of eigenvectors in a basis (Rayleigh and Ritz), and the way they came.
private struct RitzBasis {
  /// Ascending.
  private(set) var values: [Double] = []
  /// Orthonormal rows: an approximation for each value, then the directions in which these moved.
  private(set) var vectors: Tensor
  /// A·v of each row.
  private var images: Tensor
  /// The rows' v·A·w.
  private var products: Tensor
  /// The largest value that was met.
  private var largest = 0.0
  /// A·v − λ·v of the approximations, and their lengths.
  private(set) var residuals: Tensor
  private var lengths: [Double] = []

  init(_ rows: Tensor, by matrix: some SymmetricOperator) {
    vectors = rows
    images = matrix.multiply(rows)
    products = rows.matmul(images.transposed())
    residuals = rows
    rotate(keeping: rows.shape[0])
  }

  /// Goes to the best approximations with more rows, which are orthonormal and so to the others.
  mutating func add(_ rows: Tensor, by matrix: some SymmetricOperator) {
    let size = vectors.shape[0]
    let more = matrix.multiply(rows)
    vectors = Tensor.concatenated([vectors, rows])
    images = Tensor.concatenated([images, more])
    let beside = vectors.matmul(more.transposed())
    products = Tensor.concatenated([products, beside.slice(0..<size).transposed()])
    products = Tensor.concatenated([products, beside], along: 1)
    rotate(keeping: values.count)
  }

  private mutating func rotate(keeping count: Int) {
    let size = vectors.shape[0]
    let negative: [Double] = ((products + products.transposed()) * -0.5).scalars()
    let found = SymmetricEigenvectors(leading: size, of: negative, size: size)
    var rotation = Tensor(Array(found.vectors.prefix(count * size)), shape: [count, size])
    if size > count {
      // What they have from the basis but from their predecessors.
      let zeros = Tensor(repeating: 0, shape: [count, count], type: .float64)
      let rest = Tensor.concatenated([zeros, rotation.slice(count..<size, of: 1)], along: 1)
      if let way = LeastEigenvectors.orthonormal(rest, beside: rotation) {
        rotation = Tensor.concatenated([rotation, way])
      }
    }
    values = found.values.prefix(count).map { -$0 }
    largest = max(largest, -(found.values.last ?? 0))
    vectors = rotation.matmul(vectors)
    images = rotation.matmul(images)
    products = rotation.matmul(products).matmul(rotation.transposed())
    let (own, ownImages) = (vectors.slice(0..<count), images.slice(0..<count))
    residuals = ownImages - own * Tensor(values, shape: [count, 1])
    lengths = residuals.squared().sum(1).squareRoot().scalars()
  }

  /// The longest residual of the first approximations by the last of their eigenvalues; 0 where it is
  /// rounding beside the largest eigenvalue.
  func residual(_ count: Int) -> Double {
    let longest = lengths.prefix(count).max() ?? 0
    return longest <= 1e-13 * largest ? 0 : longest / abs(values[count - 1])
  }
}
