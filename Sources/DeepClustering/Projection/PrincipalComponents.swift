// SPDX-License-Identifier: Apache-2.0

/// The orthogonal directions along which points vary most: PCA.
///
/// Source: Pearson, On lines and planes of closest fit to systems of points in space,
/// Philosophical Magazine 2(11), 1901. The sign of a direction is chosen so that its largest
/// coordinate is positive, so the same points always give the same picture.
///
/// ```swift
/// let components = PrincipalComponents(of: values, columns: 10, count: 2)
/// let picture = components.project(values)  // n × 2
/// ```
public struct PrincipalComponents: Equatable, Sendable {
  /// The mean of the points, one number a column.
  public let mean: [Double]

  /// The directions, row-major, `count` × `columns`: unit vectors by decreasing variance.
  ///
  /// Directions beyond the number of columns are zero, so that points of one dimension can be
  /// drawn in two.
  public let directions: [Double]

  /// The variance along each direction, with n − 1 in the denominator.
  public let variances: [Double]

  /// The sum of the variances of all columns.
  public let totalVariance: Double

  /// The number of columns of the points.
  public var columns: Int { mean.count }

  /// The number of directions.
  public var count: Int { variances.count }

  /// Finds the directions from the covariance matrix, in O(n · columns²).
  ///
  /// - Parameters:
  ///   - values: Points, row-major, n × `columns`, finite, at least one.
  ///   - columns: The number of coordinates of a point, at most 4,096.
  ///   - count: The number of directions, at most 64.
  public init(of values: [Float], columns: Int, count: Int = 2) {
    precondition((1...4_096).contains(columns), "principal components of \(columns) columns")
    precondition((1...64).contains(count), "\(count) principal components were asked for")
    precondition(
      !values.isEmpty && values.count.isMultiple(of: columns),
      "\(values.count) values do not fill rows of \(columns) columns")
    mean = Self.mean(of: values, columns: columns)
    let covariance = Self.covariance(of: values, mean: mean)
    totalVariance = (0..<columns).reduce(0) { $0 + covariance[$1 * columns + $1] }
    let leading = SymmetricEigenvectors(
      leading: min(count, columns), of: covariance, size: columns)
    var directions = leading.vectors
    for index in 0..<min(count, columns) {
      let range = index * columns..<(index + 1) * columns
      let largest = directions[range].max { abs($0) < abs($1) } ?? 0
      if largest < 0 { for entry in range { directions[entry].negate() } }
    }
    directions += [Double](repeating: 0, count: count * columns - directions.count)
    self.directions = directions
    // Rounding can leave a variance of −1e−17 where there is none.
    variances =
      leading.values.map { max($0, 0) }
      + [Double](repeating: 0, count: count - leading.values.count)
  }

  /// The coordinates of points along the directions.
  ///
  /// - Parameter values: Points, row-major, n × `columns`.
  /// - Returns: The coordinates, row-major, n × `count`.
  public func project(_ values: [Float]) -> [Float] {
    precondition(
      values.count.isMultiple(of: columns),
      "\(values.count) values do not fill rows of \(columns) columns")
    let rows = values.count / columns
    return [Float](unsafeUninitializedCapacity: rows * count) { projected, initialized in
      values.withUnsafeBufferPointer { values in
        directions.withUnsafeBufferPointer { directions in
          mean.withUnsafeBufferPointer { mean in
            for row in 0..<rows {
              for index in 0..<count {
                var sum = 0.0
                for column in 0..<columns {
                  let centered = Double(values[row * columns + column]) - mean[column]
                  sum += centered * directions[index * columns + column]
                }
                projected[row * count + index] = Float(sum)
              }
            }
          }
        }
      }
      initialized = rows * count
    }
  }

  private static func mean(of values: [Float], columns: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    let rows = values.count / columns
    values.withUnsafeBufferPointer { values in
      sums.withUnsafeMutableBufferPointer { sums in
        for row in 0..<rows {
          for column in 0..<columns { sums[column] += Double(values[row * columns + column]) }
        }
      }
    }
    return sums.map { $0 / Double(rows) }
  }

  /// The covariance matrix, `columns` × `columns`, from centred points: nothing cancels.
  private static func covariance(of values: [Float], mean: [Double]) -> [Double] {
    let columns = mean.count
    let rows = values.count / columns
    // Vectors of four columns; eight rows at a time, so that the sums, which do not fit in the
    // nearest cache when there are many columns, pass through it an eighth as often.
    let width = (columns + 3) / 4
    let height = 8
    var sums = [SIMD4<Double>](repeating: .zero, count: columns * width)
    var block = [SIMD4<Double>](repeating: .zero, count: height * width)
    for first in stride(from: 0, to: rows, by: height) {
      for line in 0..<height {
        for column in 0..<columns {
          // Missing rows of the last block are zero: they add nothing.
          let row = first + line
          let centered = row < rows ? Double(values[row * columns + column]) - mean[column] : 0
          block[line * width + column / 4][column % 4] = centered
        }
      }
      sums.withUnsafeMutableBufferPointer { sums in
        block.withUnsafeBufferPointer { add($0, width: width, columns: columns, to: sums) }
      }
    }
    let scale = 1 / Double(max(rows - 1, 1))
    return (0..<columns * columns).map { entry in
      // Only the upper triangle was summed.
      let (row, column) = (entry / columns, entry % columns)
      let (low, high) = (min(row, column), max(row, column))
      return sums[low * width + high / 4][high % 4] * scale
    }
  }

  /// Adds the products of eight centred rows to the upper triangle of the sums.
  private static func add(
    _ block: UnsafeBufferPointer<SIMD4<Double>>, width: Int, columns: Int,
    to sums: UnsafeMutableBufferPointer<SIMD4<Double>>
  ) {
    for row in 0..<columns {
      let (part, lane) = (row / 4, row % 4)
      let own = (
        block[part][lane], block[width + part][lane],
        block[2 * width + part][lane], block[3 * width + part][lane],
        block[4 * width + part][lane], block[5 * width + part][lane],
        block[6 * width + part][lane], block[7 * width + part][lane]
      )
      for other in part..<width {
        var sum = sums[row * width + other]
        sum += own.0 * block[other] + own.1 * block[width + other]
        sum += own.2 * block[2 * width + other] + own.3 * block[3 * width + other]
        sum += own.4 * block[4 * width + other] + own.5 * block[5 * width + other]
        sum += own.6 * block[6 * width + other] + own.7 * block[7 * width + other]
        sums[row * width + other] = sum
      }
    }
  }
}
