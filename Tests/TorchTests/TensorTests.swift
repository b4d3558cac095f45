// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@Suite struct TensorTests {
  private let matrix = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])

  @Test func readsBackInRowMajorOrder() {
    #expect(matrix.transposed().scalars(as: Float.self) == [1, 4, 2, 5, 3, 6])
    #expect(matrix.slice(1..<3, of: 1).scalars(as: Double.self) == [2, 3, 5, 6])
    #expect(matrix.reshaped([3, -1]).shape == [3, 2])
    #expect(
      Tensor([1.9, -1.9, 300] as [Float], shape: [3]).scalars(as: Int64.self) == [1, -1, 300])
    #expect(Tensor([Float](), shape: [0, 4]).scalars(as: Float.self) == [])
    #expect(matrix.isContiguous && !matrix.transposed().isContiguous)
  }

  @Test func handsOverItsElementsWithoutACopy() {
    let tensor = matrix.copy()
    tensor.withFloats { $0[4] = -7 }
    #expect(tensor.scalars(as: Float.self) == [1, 2, 3, 4, -7, 6])
    tensor.assign(matrix)
    #expect(tensor.scalars(as: Float.self) == matrix.scalars())
  }

  @Test func reducesAndIndexes() {
    #expect(matrix.sum(0).scalars(as: Float.self) == [5, 7, 9])
    #expect(matrix.mean(1, keeping: true).shape == [2, 1])
    #expect(matrix.max(1).scalars(as: Float.self) == [3, 6])
    #expect(matrix.min().item == 1)
    let index = Tensor([1, 0, 1] as [Int64], shape: [3])
    #expect(matrix.rows(at: index).scalars(as: Float.self) == [4, 5, 6, 1, 2, 3, 4, 5, 6])
    let zeros = Tensor(repeating: 0, shape: [2, 3])
    #expect(
      zeros.adding(rows: matrix.rows(at: index), at: index).scalars(as: Float.self)
        == [1, 2, 3, 8, 10, 12])
    let ties = Tensor([2, 7, 7, 1, 1, 0] as [Float], shape: [2, 3])
    #expect(ties.argmax(1).scalars(as: Int64.self) == [1, 0])
    #expect(ties.transposed().argmin(1).scalars(as: Int64.self) == [1, 1, 1])
  }

  @Test func softmaxIsStableForLargeNumbers() {
    let scores = Tensor([1000, 1000, 999, 0, -1000, 0] as [Float], shape: [2, 3])
    let q: [Double] = scores.softmax(1).scalars()
    let logs: [Double] = scores.logSoftmax(1).scalars()
    #expect(abs(q[0] - 0.422319) < 1e-5 && abs(q[2] - 0.155362) < 1e-5 && abs(q[3] - 0.5) < 1e-6)
    #expect(abs(logs[4] + 1000.693147) < 1e-3)
  }

  /// Points far from the origin: ‖x‖² − 2xc + ‖c‖² would lose all digits in single precision.
  @Test func squaredDistancesAreExact() {
    let x = Tensor([10_000, 10_000, 10_003, 10_004] as [Float], shape: [2, 2])
    let c = Tensor([10_000, 10_001, 10_000, 10_000] as [Float], shape: [2, 2])
    #expect(x.squaredDistances(to: c).scalars(as: Float.self) == [1, 0, 18, 25])
    // More than fits a block.
    let many = Tensor((0..<3000).map { Float($0 % 7) }, shape: [3000, 1])
    let centers = Tensor((0..<6000).map { Float($0 % 5) }, shape: [6000, 1])
    let found = many.squaredDistances(to: centers)
    #expect(found.shape == [3000, 6000])
    #expect(found.sum().item == (many - centers.reshaped([1, 6000])).squared().sum().item)
  }

  @Test func gradientsAreZeroWhereNothingDepends() {
    let (a, b) = (matrix.copy().requiringGradient(), matrix.copy().requiringGradient())
    let found = gradients(of: (a * a).sum(), by: [a, b])
    #expect(found[0].scalars(as: Float.self) == [2, 4, 6, 8, 10, 12])
    #expect(found[1].scalars(as: Float.self) == [0, 0, 0, 0, 0, 0])
  }

  @Test func gradientsCanBeSwitchedOffForAWhile() {
    let x = matrix.copy().requiringGradient()
    let outside = withoutGradients { (x * 2).sum() }
    let found = gradients(of: (x * 3).sum() + outside.detached(), by: [x])[0]
    #expect(found.max().item == 3)
    struct Stop: Error {}
    #expect(throws: Stop.self) { try withoutGradients { throw Stop() } }
    // The switch is back, whichever way the closure was left.
    #expect(gradients(of: (x * 5).sum(), by: [x])[0].max().item == 5)
  }

  /// In a process of its own, because the count is for the whole process.
  @Test func noTensorIsLeftBehind() async {
    await #expect(processExitsWith: .success) {
      let start = liveTensorCount
      func work() {
        let generator = Generator(seed: 71)
        let layers = Sequential {
          Linear(6, 4, activation: .relu, compute: Compute(path: .fused), using: generator)
          BatchNorm(4)
          Dropout(0.5)
        }
        let parameters = layers.parameters.map(\.value)
        var optimizer = Optimizer(.adam(0.01), for: parameters)
        for _ in 0..<3 {
          let y = layers(generator.normal(shape: [8, 6]), .training(generator))
          optimizer.step(parameters, gradients: gradients(of: y.sum(), by: parameters))
        }
        precondition(liveTensorCount > start, "nothing was counted")
      }
      work()
      precondition(liveTensorCount == start, "\(liveTensorCount - start) tensors are left")
    }
  }

  /// The trap names the operation and libtorch's reason.
  @Test func shapesThatDoNotFitTrap() async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) {
      let a = Tensor(repeating: 1, shape: [2, 3])
      _ = a.matmul(Tensor(repeating: 1, shape: [2, 3]))
    }
    let bytes = try #require(result?.standardErrorContent)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("matmul") && text.contains("2x3"))
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3] as [Float], shape: [2, 2]) }
  }
}
