// SPDX-License-Identifier: Apache-2.0

import Testing
import Torch

@testable import DeepClustering

@Suite struct ConvolutionalAutoencoderTests {
  private func context(_ shape: ImageShape, _ compute: Compute = .plain) -> FitContext {
    FitContext(
      data: Generator(seed: 4).uniform(0..<1, shape: [3, shape.values]), seed: Seed(1),
      compute: compute, imageShape: shape)
  }

  private var layout: AutoencoderLayout {
    var layout = AutoencoderLayout()
    layout.kind = .convolutional
    return layout
  }

  /// Two passes over ten augmented images in batches of 4, 4 and 2, by PyTorch.
  @Test func matchesPyTorch() throws {
    let given = try ImagesGolden.load()
    let context = given.context(.plain)
    var pretraining = Pretraining()
    (pretraining.layout, pretraining.augmentation) = (given.layout, .small)
    (pretraining.epochs, pretraining.minimumIterations, pretraining.batchSize) = (2, 0, 4)
    pretraining.optimizer = .adam(0.01)
    var state = pretraining.begin(context)
    state.autoencoder = try #require(context.pretrained)
    for wanted in given.pretraining.losses {
      #expect(abs(pretraining.advance(&state, context).loss - wanted) < 2e-5)
    }
    expect(
      state.autoencoder, equals: (given.pretraining.encoder, given.pretraining.decoder), "network")
  }

  /// The shapes of DEC-DA: 28 → 14 → 7 → 3 without padding at the end, 16 → 8 → 4 → 2 with it.
  @Test(arguments: [
    (28, 28, 1, [3, 3]), (16, 16, 1, [2, 2]), (32, 32, 3, [4, 4]), (8, 8, 1, [1, 1]),
    (13, 10, 2, [1, 1]), (11, 29, 1, [1, 3]), (2, 4, 1, [1, 1]), (1, 1, 1, [1, 1]),
  ])
  func theDecoderLeadsBackToTheImage(height: Int, width: Int, channels: Int, last: [Int]) {
    let shape = ImageShape(height: height, width: width, channels: channels)
    let context = context(shape)
    let network = Autoencoder(layout, inputs: shape.values, context: context)
    let windows = network.encoder.compactMap(\.imageWindows)
    #expect(windows.map(\.output.channels) == [32, 64, 128])
    #expect(windows.last.map { [$0.output.height, $0.output.width] } == last)
    #expect(network.decoder.compactMap(\.imageWindows) == windows.reversed().map(\.transposed))
    let codes = network.encode(context.data)
    #expect(codes.shape == [3, 10])
    #expect(network.decode(codes).shape == [3, shape.values])
  }

  /// The parameters of DEC-DA's network for MNIST, counted by hand.
  @Test func hasTheParametersOfThePaper() {
    let network = Autoencoder(
      layout, inputs: 784, context: context(ImageShape(height: 28, width: 28)))
    let convolutions = (25 * 32 + 32) + (32 * 25 * 64 + 64) + (64 * 9 * 128 + 128)
    let back = (128 * 9 * 64 + 64) + (64 * 25 * 32 + 32) + (32 * 25 + 1)
    let dense = (1152 * 10 + 10) + (10 * 1152 + 1152)
    #expect(network.parameters.map(\.count).reduce(0, +) == convolutions + back + dense)
    #expect(network.encoder.map(\.activation) == [.relu, .relu, .relu, .identity])
    #expect(network.decoder.map(\.activation) == [.relu, .relu, .relu, .identity])
    // The signal neither dies nor grows on its way: the output is of the order of the biases' 0.
    let bounds = network.parameters.filter { $0.shape.count > 1 }.map { $0.magnitude().max().item }
    let fans = [25, 32 * 25, 64 * 9, 1152, 10, 128 * 9 / 4, 64 * 25 / 4, 32 * 25 / 4]
    for (bound, fan) in zip(bounds, fans) {
      let wanted = (1 / Double(fan)).squareRoot()
      #expect(bound <= wanted && bound > 0.9 * wanted, "fan-in \(fan)")
    }
  }

  /// Layer by layer each convolution learns with its transpose.
  @Test func isPretrainedLayerByLayerToo() {
    let context = context(ImageShape(height: 8, width: 8))
    var pretraining = Pretraining()
    pretraining.layout = layout
    (pretraining.layerwiseIterations, pretraining.minimumIterations) = (2, 2)
    pretraining.epochs = 1
    #expect(pretraining.plannedSteps(context) == 10)
    var state = pretraining.begin(context)
    func weights() -> [[UInt32]] {
      (state.autoencoder.encoder + state.autoencoder.decoder).map(\.weight.bits)
    }
    for layer in 0..<4 {
      let before = weights()
      for _ in 0..<2 { #expect(pretraining.advance(&state, context).loss.isFinite) }
      let changed = zip(before, weights()).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
      #expect(changed == [layer, 7 - layer])
    }
  }

  @Test(arguments: [Precision.float32, .bfloat16])
  func survivesAnArchive(precision: Precision) throws {
    let context = context(
      ImageShape(height: 9, width: 12, channels: 3), Compute(precision, path: .plain))
    let network = Autoencoder(layout, inputs: 324, context: context)
    var archive = Archive()
    network.store(in: &archive, under: "net")
    let read = try Autoencoder(from: archive, under: "net", on: .cpu)
    #expect(read.parameters.map(\.bits) == network.parameters.map(\.bits))
    let (codes, again) = (network.encode(context.data), read.encode(context.data))
    #expect(again.bits == codes.bits && codes.elementType == .float32)
    #expect(read.decode(again).bits == network.decode(codes).bits)
    // Training a copy leaves the network alone.
    let copy = network.copy()
    withoutGradients { copy.encoder[0].weight.assign(copy.encoder[0].weight * 2) }
    #expect(network.encode(context.data).bits == codes.bits)
    #expect(copy.encode(context.data).bits != codes.bits)
  }

  /// bfloat16 has a relative step of 2⁻⁸.
  @Test func mixedPrecisionIsNear() {
    let shape = ImageShape(height: 16, width: 16)
    let plain = Autoencoder(layout, inputs: 256, context: context(shape))
    let mixed = Autoencoder(
      layout, inputs: 256, context: context(shape, Compute(.bfloat16, path: .plain)))
    #expect(mixed.parameters.map(\.bits) == plain.parameters.map(\.bits))
    let x = context(shape).data
    let (exact, near) = (plain.encode(x), mixed.encode(x))
    let error = (exact - near).magnitude().max().item / exact.magnitude().max().item
    #expect(error > 0 && error < 0.02)
  }
}
