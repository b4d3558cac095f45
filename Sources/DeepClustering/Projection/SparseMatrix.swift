// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// A square matrix in compressed rows, in double precision.
struct SparseMatrix {
  /// Where each row's elements start; one entry more than rows.
  var starts = [0]
  /// The column of each element.
  var columns: [Int32] = []
  /// The elements.
  var elements: [Double] = []

  /// The number of rows.
  var count: Int { starts.count - 1 }

  /// The sum of a row's elements in some columns.
  func sum(ofRow row: Int, where isWanted: (Int) -> Bool) -> Double {
    (starts[row]..<starts[row + 1]).reduce(0) {
      isWanted(Int(columns[$1])) ? $0 + elements[$1] : $0
    }
  }

  /// The products with some vectors, one a row.
  func multiply(_ rows: Tensor) -> Tensor {
    let width = rows.shape[0]
    // What is multiplied by the same element lies side by side.
    let x: [Double] = rows.transposed().scalars()
    var product = [Double](repeating: 0, count: x.count)
    product.withUnsafeMutableBufferPointer { product in
      x.withUnsafeBufferPointer { x in
        columns.withUnsafeBufferPointer { columns in
          elements.withUnsafeBufferPointer { elements in
            for row in 0..<count {
              let target = row * width
              for place in starts[row]..<starts[row + 1] {
                let (element, source) = (elements[place], Int(columns[place]) * width)
                for index in 0..<width { product[target + index] += element * x[source + index] }
              }
            }
          }
        }
      }
    }
    return Tensor(product, shape: [count, width]).transposed()
  }
}

extension SparseMatrix {
  /// The weights of a graph.
  init(_ graph: NeighborGraph) {
    (starts, columns, elements) = (graph.starts, graph.neighbors, graph.weights.map(Double.init))
  }
}
