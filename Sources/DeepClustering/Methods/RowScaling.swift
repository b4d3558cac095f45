// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// How rows were brought to a common scale, where the mean of ‖x‖² is one.
struct RowScaling: Codable, Equatable {
  /// By one factor, or each by its own norm.
  let kind: DeepDPM.Scaling
  /// What is taken from every row; zeros where rows are divided by their own norms.
  let center: [Float]
  /// What every row is multiplied by then; 1 where rows are divided by their own norms.
  let factor: Double

  /// The scaling of rows, n × d.
  init(_ kind: DeepDPM.Scaling, of rows: Tensor) {
    let rows = rows.to(.float64, on: .cpu)
    let mean = rows.mean(0, keeping: true)
    let square = (rows - mean).squared().sum().item / Double(rows.shape[0])
    self.kind = kind
    center = (kind == .rows ? mean * 0 : mean).to(.float32).scalars()
    factor = kind == .overall && square > 0 ? 1 / square.squareRoot() : 1
  }

  /// Rows divided by their norms where that is asked for; a row of zeros stays one.
  private static func divided(_ rows: Tensor, _ kind: DeepDPM.Scaling) -> Tensor {
    let rows = rows.to(.float32, on: .cpu).detached()
    guard kind == .rows else { return rows }
    let norms = rows.squared().sum(1, keeping: true).squareRoot()
    return rows / norms.clamped(atLeast: Double(Float.leastNormalMagnitude))
  }

  /// Scaled rows, in single precision on the processor.
  func callAsFunction(_ rows: Tensor) -> Tensor {
    let center = Tensor(center, shape: [1, center.count])
    return ((Self.divided(rows, kind) - center) * factor).contiguous
  }

  /// What rows were before; norms that rows were divided by are gone.
  func inverse(_ rows: Tensor) -> Tensor {
    rows / factor + Tensor(center, shape: [1, center.count]).to(rows.device)
  }
}
