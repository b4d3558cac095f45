// SPDX-License-Identifier: Apache-2.0
internal import CTorch

// MARK: - Arithmetic, with broadcasting

extension Tensor {
  private static func apply(_ op: CTBinary, _ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(ct_binary(op, a.handle, b.handle))
  }

  private static func apply(_ op: CTBinary, _ a: Tensor, _ b: Double) -> Tensor {
    Tensor(ct_binary_scalar(op, a.handle, b))
  }

  private func apply(_ op: CTUnary) -> Tensor { Tensor(ct_unary(op, handle)) }

  /// The sum, element by element.
  public static func + (a: Tensor, b: Tensor) -> Tensor { apply(.add, a, b) }
  /// The difference, element by element.
  public static func - (a: Tensor, b: Tensor) -> Tensor { apply(.subtract, a, b) }
  /// The product, element by element.
  public static func * (a: Tensor, b: Tensor) -> Tensor { apply(.multiply, a, b) }
  /// The quotient, element by element.
  public static func / (a: Tensor, b: Tensor) -> Tensor { apply(.divide, a, b) }
  /// Each element and a number added.
  public static func + (a: Tensor, b: Double) -> Tensor { apply(.add, a, b) }
  /// Each element less a number.
  public static func - (a: Tensor, b: Double) -> Tensor { apply(.subtract, a, b) }
  /// Each element times a number.
  public static func * (a: Tensor, b: Double) -> Tensor { apply(.multiply, a, b) }
  /// Each element times a number.
  public static func * (a: Double, b: Tensor) -> Tensor { apply(.multiply, b, a) }
  /// Each element divided by a number.
  public static func / (a: Tensor, b: Double) -> Tensor { apply(.divide, a, b) }
  /// Each element negated.
  public static prefix func - (a: Tensor) -> Tensor { a.apply(.negate) }

  /// Each element raised to a power.
  public func pow(_ exponent: Double) -> Tensor { Self.apply(.power, self, exponent) }
  /// 1 where the elements are equal, else 0, as booleans.
  public func equals(_ other: Tensor) -> Tensor { Self.apply(.equal, self, other) }
  /// True where an element is at least a number.
  public func isAtLeast(_ bound: Double) -> Tensor { Self.apply(.greaterOrEqual, self, bound) }
  /// Each element, or `low` where that is larger.
  public func clamped(atLeast low: Double) -> Tensor { Tensor(ct_clamp_min(handle, low)) }

  /// e to the power of each element.
  public func exp() -> Tensor { apply(.exp) }
  /// The natural logarithm of each element.
  public func log() -> Tensor { apply(.log) }
  /// The square root of each element.
  public func squareRoot() -> Tensor { apply(.sqrt) }
  /// The square of each element.
  public func squared() -> Tensor { apply(.square) }
  /// One divided by each element.
  public func reciprocal() -> Tensor { apply(.reciprocal) }
  /// The absolute value of each element.
  public func magnitude() -> Tensor { apply(.abs) }

  func activated(_ op: CTUnary) -> Tensor { apply(op) }
}

// MARK: - Reductions

extension Tensor {
  private func reduce(_ op: CTReduction, _ dims: [Int]?, keeping: Bool) -> Tensor {
    guard let dims else { return Tensor(ct_reduce(op, handle, nil, 0, keeping)) }
    return withShape(dims) { Tensor(ct_reduce(op, handle, $0, $1, keeping)) }
  }

  /// The sum over a dimension, or over all.
  public func sum(_ dim: Int? = nil, keeping: Bool = false) -> Tensor {
    reduce(.sum, dim.map { [$0] }, keeping: keeping)
  }
  /// The mean over a dimension, or over all.
  public func mean(_ dim: Int? = nil, keeping: Bool = false) -> Tensor {
    reduce(.mean, dim.map { [$0] }, keeping: keeping)
  }
  /// The largest element along a dimension, or of all.
  public func max(_ dim: Int? = nil, keeping: Bool = false) -> Tensor {
    reduce(.max, dim.map { [$0] }, keeping: keeping)
  }
  /// The smallest element along a dimension, or of all.
  public func min(_ dim: Int? = nil, keeping: Bool = false) -> Tensor {
    reduce(.min, dim.map { [$0] }, keeping: keeping)
  }
  /// The index of the largest element along a dimension; the first of equal ones.
  public func argmax(_ dim: Int) -> Tensor { reduce(.argmax, [dim], keeping: false) }
  /// The index of the smallest element along a dimension; the first of equal ones.
  public func argmin(_ dim: Int) -> Tensor { reduce(.argmin, [dim], keeping: false) }
  /// log softmax along a dimension.
  public func logSoftmax(_ dim: Int) -> Tensor { Tensor(ct_log_softmax(handle, Int64(dim))) }
  /// softmax along a dimension.
  public func softmax(_ dim: Int) -> Tensor { Tensor(ct_softmax(handle, Int64(dim))) }
}

// MARK: - Shape and indexing

extension Tensor {
  /// The same elements in another shape; one extent may be -1, and follows from the others.
  public func reshaped(_ shape: [Int]) -> Tensor {
    withShape(shape) { Tensor(ct_reshape(handle, $0, $1)) }
  }

  /// Two dimensions swapped; a view of the same elements.
  public func transposed(_ i: Int = 0, _ j: Int = 1) -> Tensor {
    Tensor(ct_transpose(handle, Int64(i), Int64(j)))
  }

  /// A range of a dimension; a view of the same elements.
  public func slice(_ range: Range<Int>, of dim: Int = 0) -> Tensor {
    Tensor(ct_slice(handle, Int64(dim), Int64(range.lowerBound), Int64(range.upperBound)))
  }

  /// The rows of these indices, in their order.
  public func rows(at index: Tensor) -> Tensor { Tensor(ct_index_select(handle, 0, index.handle)) }

  /// A copy with each row of `source` added to the row of its index.
  public func adding(rows source: Tensor, at index: Tensor) -> Tensor {
    Tensor(ct_index_add(handle, 0, index.handle, source.handle))
  }

  /// The tensors one behind the other along a dimension.
  public static func concatenated(_ tensors: [Tensor], along dim: Int = 0) -> Tensor {
    withHandles(tensors) { Tensor(ct_concatenate($0, Int32(tensors.count), Int64(dim))) }
  }

  /// The matrix product.
  public func matmul(_ other: Tensor) -> Tensor { Tensor(ct_matmul(handle, other.handle)) }

  /// ‖x_i − c_j‖² of every row x_i of this n × d matrix and c_j of a k × d one: n × k, exact.
  ///
  /// Goes through the differences themselves, not through products, so that nothing cancels;
  /// meant for few dimensions, as embeddings have. The differences of many rows, n·k·d numbers, are
  /// made in blocks of rows.
  public func squaredDistances(to centers: Tensor) -> Tensor {
    let (n, k, d) = (shape[0], centers.shape[0], shape[1])
    let block = Swift.max((1 << 24) / Swift.max(k * d, 1), 1)
    guard n > block else {
      return (reshaped([n, 1, d]) - centers.reshaped([1, k, d])).squared().sum(2)
    }
    return .concatenated(
      stride(from: 0, to: n, by: block).map { low in
        slice(low..<Swift.min(low + block, n)).squaredDistances(to: centers)
      })
  }

  /// scale · Σ (y − x)², in single precision.
  ///
  /// - Parameters:
  ///   - target: x, of the same shape.
  ///   - scale: What the sum is multiplied by: 1 / count for the mean.
  /// - Returns: One number.
  public func squaredError(to target: Tensor, scale: Double = 1) -> Tensor {
    Tensor(ct_squared_error(handle, target.handle, scale))
  }

  /// scale · Σ −x·log p − (1 − x)·log(1 − p), where p is the sigmoid of this tensor's element: the
  /// binary cross-entropy of logits, in single precision and without overflow.
  ///
  /// - Parameters:
  ///   - target: x, of the same shape, from 0 to 1.
  ///   - scale: What the sum is multiplied by: 1 / rows for the mean over the rows.
  /// - Returns: One number.
  public func binaryCrossEntropy(to target: Tensor, scale: Double = 1) -> Tensor {
    Tensor(ct_binary_cross_entropy(handle, target.handle, scale))
  }

  /// The squared error averaged over all elements.
  public func meanSquaredError(to target: Tensor) -> Tensor {
    squaredError(to: target, scale: 1 / Double(target.count))
  }
}
