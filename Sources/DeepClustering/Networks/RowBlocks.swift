// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// Reading many rows, compressed ones too, a part at a time.
extension Tensor {
  /// Ranges of at most 2048 rows that follow each other.
  var blocks: [Range<Int>] {
    let (count, block) = (shape[0], 2048)
    return stride(from: 0, to: count, by: block).map { $0..<Swift.min($0 + block, count) }
  }

  /// The lowest and the highest element; 0 to 0 where there is none.
  var range: ClosedRange<Double> {
    guard isCompressed else { return count == 0 ? 0...0 : min().item...max().item }
    let ranges = blocks.map { slice($0).range }
    return (ranges.map(\.lowerBound).min() ?? 0)...(ranges.map(\.upperBound).max() ?? 0)
  }

  /// Weighted sums of the rows, or of what they are changed to: weights (K × n) · rows (n × D).
  func weightedSums(_ weights: Tensor, of change: (Tensor) -> Tensor = { $0 }) -> Tensor {
    guard isCompressed else { return weights.matmul(change(self)) }
    return blocks.reduce(Tensor(repeating: 0, shape: [weights.shape[0], shape[1]])) { sum, block in
      sum + weights.slice(block, of: 1).matmul(change(slice(block)))
    }
  }
}
