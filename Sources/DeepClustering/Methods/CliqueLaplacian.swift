// SPDX-License-Identifier: Apache-2.0
internal import Torch

/// LDMGI's L: the sum over all cliques of their L_i = H(X̃_iᵀX̃_i + λI)⁻¹H.
///
/// It is not multiplied by λ: for a small one that would put all eigenvalues near 0, although L
/// itself hardly changes once λ is small beside the squared distances of a clique.
struct CliqueLaplacian: SymmetricOperator {
  private let matrix: SparseMatrix
  /// 1 × n.
  private let diagonal: Tensor
  /// Samples that coincide, and 1ᵀL1 over them.
  private let twins: [(samples: [Int], stiffness: Double)]

  /// - Parameters:
  ///   - data: n × d.
  ///   - neighbors: In a clique beside the sample itself.
  ///   - ridge: λ.
  init(of data: Tensor, neighbors: Int, ridge: Double) {
    let n = data.shape[0]
    let found = NearestNeighbors(
      of: data, among: data, count: min(neighbors, n - 1), excludingSelf: true)
    let matrix = Self.sum(Cliques(of: data, found), ridge: ridge)
    let diagonal = (0..<n).map { sample in matrix.sum(ofRow: sample) { $0 == sample } }
    twins = Self.twins(found).map { samples in
      let group = Set(samples)
      let stiffness = samples.reduce(0) { $0 + matrix.sum(ofRow: $1, where: group.contains) }
      // Only rounding is left where no other sample is in their cliques.
      return (samples, max(stiffness, 1e-14 * samples.reduce(0) { $0 + diagonal[$1] }))
    }
    self.matrix = matrix
    self.diagonal = Tensor(diagonal, shape: [1, n])
  }

  var count: Int { matrix.count }

  /// The piece of each sample: cliques that share samples hang together.
  var pieces: [Int] { GraphPieces.of(matrix.starts, matrix.columns) { _ in true } }

  func multiply(_ rows: Tensor) -> Tensor { matrix.multiply(rows) }

  /// By the diagonal, which is largest for samples in many cliques or in dense ones.
  ///
  /// That of twins is about 1/λ, which holds them together but says nothing of their place: this is
  /// what the others want of them as one.
  func precondition(_ rows: Tensor) -> Tensor {
    let own = rows / diagonal
    guard !twins.isEmpty else { return own }
    let x: [Double] = rows.scalars()
    var together = [Double](repeating: 0, count: x.count)
    for start in stride(from: 0, to: x.count, by: count) {
      for (samples, stiffness) in twins {
        let place = samples.reduce(0) { $0 + x[start + $1] } / stiffness
        for sample in samples { together[start + sample] = place }
      }
    }
    return own + Tensor(together, shape: rows.shape)
  }

  private static func sum(_ cliques: Cliques, ridge: Double) -> SparseMatrix {
    let k = cliques.size
    let locals = cliques.laplacians(ridge: ridge)
    var places = [[Int]](repeating: [], count: cliques.members.count / k)
    for (place, member) in cliques.members.enumerated() { places[Int(member)].append(place) }
    var matrix = SparseMatrix()
    // Where each sample's element of this row is, or one of an earlier row.
    var latest = [Int](repeating: -1, count: places.count)
    for row in places {
      let start = matrix.columns.count
      for place in row {
        for j in 0..<k {
          let column = cliques.members[place / k * k + j]
          if latest[Int(column)] < start {
            latest[Int(column)] = matrix.columns.count
            matrix.columns.append(column)
            matrix.elements.append(0)
          }
          matrix.elements[latest[Int(column)]] += locals[place * k + j]
        }
      }
      matrix.starts.append(matrix.columns.count)
    }
    return matrix
  }

  /// The samples at the distance 0 from each other, where there are several.
  private static func twins(_ found: NearestNeighbors) -> [[Int]] {
    var first = Array(0..<(found.indices.count / found.count))
    func root(_ sample: Int) -> Int {
      var sample = sample
      while first[sample] != sample { sample = first[sample] }
      return sample
    }
    for (place, neighbor) in found.indices.enumerated() where found.squaredDistances[place] == 0 {
      let (a, b) = (root(place / found.count), root(Int(neighbor)))
      first[max(a, b)] = min(a, b)
    }
    let groups = Dictionary(grouping: first.indices, by: root)
    return groups.keys.sorted().compactMap { groups[$0] }.filter { $0.count > 1 }
  }
}

/// Each sample with its nearest neighbours.
private struct Cliques {
  /// k.
  let size: Int
  /// n × k.
  private(set) var members: [Int32] = []
  private let values: [Float]
  private let columns: Int

  init(of data: Tensor, _ found: NearestNeighbors) {
    (values, columns, size) = (data.scalars(), data.shape[1], found.count + 1)
    for sample in 0..<data.shape[0] {
      members.append(Int32(sample))
      members += found.indices[(sample * found.count)..<((sample + 1) * found.count)]
    }
  }

  /// H(X̃ᵀX̃ + λI)⁻¹H of each, n × k × k.
  func laplacians(ridge: Double) -> [Double] {
    var rows = [Double](repeating: 0, count: size * columns)
    var result: [Double] = []
    result.reserveCapacity(members.count * size)
    for start in stride(from: 0, to: members.count, by: size) {
      read(start, into: &rows)
      result += laplacian(gram(rows), ridge)
    }
    return result
  }

  /// The samples of the clique that starts there, centred: k × d.
  private func read(_ start: Int, into rows: inout [Double]) {
    rows.withUnsafeMutableBufferPointer { rows in
      values.withUnsafeBufferPointer { values in
        for i in 0..<size {
          let source = Int(members[start + i]) * columns
          for column in 0..<columns { rows[i * columns + column] = Double(values[source + column]) }
        }
        for column in 0..<columns {
          var mean = 0.0
          for i in 0..<size { mean += rows[i * columns + column] }
          mean /= Double(size)
          for i in 0..<size { rows[i * columns + column] -= mean }
        }
      }
    }
  }

  /// X̃ᵀX̃, k × k.
  private func gram(_ rows: [Double]) -> [Double] {
    var gram = [Double](repeating: 0, count: size * size)
    rows.withUnsafeBufferPointer { rows in
      for i in 0..<size {
        for j in 0...i {
          var sum = 0.0
          for column in 0..<columns {
            sum += rows[i * columns + column] * rows[j * columns + column]
          }
          (gram[i * size + j], gram[j * size + i]) = (sum, sum)
        }
      }
    }
    return gram
  }

  /// H(X̃ᵀX̃ + λI)⁻¹H.
  ///
  /// X̃ᵀX̃ does nothing to the constant, of which the inverse alone would have 1/λ. So the constant is
  /// given what the others have on average, τ, and 1/(τ + λ) is taken from the inverse.
  private func laplacian(_ gram: [Double], _ ridge: Double) -> [Double] {
    let k = Double(size)
    let average = (0..<size).reduce(0) { $0 + gram[$1 * size + $1] } / (k - 1)
    var matrix = gram.map { $0 + average / k }
    for i in 0..<size { matrix[i * size + i] += ridge }
    return Cholesky(matrix, size: size).inverse.map { $0 - 1 / (k * (average + ridge)) }
  }
}
