// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct AutoencoderTests {
  private func context(_ compute: Compute = .plain, seed: UInt64 = 1) -> FitContext {
    FitContext(data: Tensor(repeating: 0.5, shape: [3, 6]), seed: Seed(seed), compute: compute)
  }

  private let layout = AutoencoderLayout(
    hidden: [5, 4], latent: 2, activation: .tanh, decoderActivation: .elu)

  @Test func theDecoderMirrorsTheEncoder() {
    let network = Autoencoder(layout, inputs: 6, context: context(Compute(.bfloat16, path: .plain)))
    #expect(network.encoder.map(\.weight.shape) == [[5, 6], [4, 5], [2, 4]])
    #expect(network.decoder.map(\.weight.shape) == [[4, 2], [5, 4], [6, 5]])
    #expect(network.encoder.map(\.activation) == [.tanh, .tanh, .identity])
    #expect(network.decoder.map(\.activation) == [.elu, .elu, .identity])
    // The code stays in single precision.
    let precisions = (network.encoder + network.decoder).map(\.compute.precision)
    #expect(precisions == [.bfloat16, .bfloat16, .float32, .bfloat16, .bfloat16, .bfloat16])
    #expect(network.parameters.count == 12 && network.encoderParameters.count == 6)
  }

  @Test func theSeedDecidesTheWeights() {
    func weights(_ seed: UInt64) -> [[UInt32]] {
      Autoencoder(layout, inputs: 6, context: context(seed: seed)).parameters.map(\.bits)
    }
    #expect(weights(1) == weights(1))
    #expect(weights(1) != weights(2))
  }

  /// 5,000 rows are embedded in three blocks.
  @Test func embedsInBlocks() throws {
    let network = Autoencoder(layout, inputs: 6, context: context())
    let rows = Generator(seed: 82).normal(shape: [5_000, 6])
    let codes = network.embedding(of: rows)
    try #require(codes.shape == [5_000, 2])
    for row in [0, 2_047, 2_048, 4_095, 4_096, 4_999] {
      let alone = network.encode(rows.slice(row..<(row + 1)))
      #expect((codes.slice(row..<(row + 1)) - alone).magnitude().max().item < 1e-6, "row \(row)")
    }
    let back = network.reconstruction(of: codes)
    let last = network.decode(codes.slice(4_999..<5_000))
    #expect((back.slice(4_999..<5_000) - last).magnitude().max().item < 1e-6)
  }

  @Test func survivesAnArchive() throws {
    let compute = Compute(.bfloat16, path: .fused)
    let network = Autoencoder(layout, inputs: 6, context: context(compute))
    var archive = Archive()
    network.store(in: &archive, under: "net")
    let read = try Autoencoder(from: archive, under: "net", on: .cpu)
    #expect(read.parameters.map(\.bits) == network.parameters.map(\.bits))
    #expect(read.decoder.map(\.compute) == network.decoder.map(\.compute))
    #expect(read.encoder.map(\.activation) == network.encoder.map(\.activation))
    #expect(throws: InputError.self) { try Autoencoder(from: archive, under: "other", on: .cpu) }
  }
}
