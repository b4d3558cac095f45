// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct PrincipalCoordinatesTests {
  /// Ten dimensions go the exact way, a hundred through a subspace.
  ///
  /// The sign of an axis may differ, the picture must not.
  @Test(arguments: [10, 100])
  func agreesWithPrincipalComponents(columns: Int) {
    let generator = Generator(seed: 93)
    let directions = generator.normal(shape: [3, columns])
    let scales = Tensor([4, 2, 0.5] as [Float], shape: [1, 3])
    let points =
      (generator.normal(shape: [200, 3]) * scales).matmul(directions)
      + generator.normal(shape: [200, columns]) * 0.1 + 7
    let values: [Float] = points.scalars()
    let exact = PrincipalComponents(of: values, columns: columns).project(values)
    let picture = principalCoordinates(points, count: 2)
    #expect(picture.count == 400)
    for axis in 0..<2 {
      let (found, wanted) = (0..<200).reduce(into: ([Float](), [Float]())) { lists, row in
        lists.0.append(picture[2 * row + axis])
        lists.1.append(exact[2 * row + axis])
      }
      let sign: Float = zip(found, wanted).reduce(0) { $0 + $1.0 * $1.1 } > 0 ? 1 : -1
      let size = wanted.map(abs).max() ?? 0
      #expect(size > 5)
      let worst = zip(found, wanted).map { abs(sign * $0 - $1) }.max() ?? .infinity
      #expect(worst < 2e-3 * size, "axis \(axis)")
    }
  }

  @Test func oneDimensionLiesOnALine() {
    #expect(principalCoordinates(Tensor(column: [1, 2, 6]), count: 2) == [-2, 0, -1, 0, 3, 0])
  }
}
