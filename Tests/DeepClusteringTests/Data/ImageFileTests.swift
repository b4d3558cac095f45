// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// Files that Pillow wrote, and the pixels that it read from them.
struct ImageGolden: Decodable {
  struct File: Decodable {
    let name: String
    let file: Data
    let shape: [Int]
    let pixels: [UInt8]
  }
  struct Resized: Decodable {
    let height, width: Int
    let pixels: [UInt8]
  }
  let files: [File]
  let source, luma: [UInt8]
  let resized: [Resized]

  static func load() throws -> ImageGolden { try GoldenFile.load("image-files") }

  /// The bytes of one of the files.
  func bytes(_ name: String) throws -> [UInt8] {
    Array(try #require(files.first { $0.name == name }).file)
  }
}

@Suite struct ImageFileTests {
  private func largest(_ pixels: [UInt8], _ wanted: [UInt8]) -> Int {
    guard pixels.count == wanted.count else { return 256 }
    return zip(pixels, wanted).map { abs(Int($0) - Int($1)) }.max() ?? 0
  }

  @Test func readsWhatPillowReads() throws {
    for file in try ImageGolden.load().files {
      let image = try ImageFile(Array(file.file), name: file.name)
      #expect(image.size == ImageSize(height: file.shape[0], width: file.shape[1]), "\(file.name)")
      #expect(image.channels == (file.shape.count == 3 ? 3 : 1), "\(file.name)")
      let bitmap = try image.bitmap(image.size, channels: image.channels)
      // Two versions of libjpeg, and two ways to round a half.
      let allowed = file.name.contains("jpeg") || file.name.contains("orientation") ? 2 : 1
      #expect(largest(bitmap.pixels, file.pixels) <= allowed, "\(file.name)")
    }
  }

  @Test func resizesAndConvertsAsPillowDoes() throws {
    let golden = try ImageGolden.load()
    let source = Bitmap(
      size: ImageSize(height: 9, width: 8), channels: 3, pixels: golden.source)
    for wanted in golden.resized {
      let size = ImageSize(height: wanted.height, width: wanted.width)
      #expect(largest(source.resized(to: size).pixels, wanted.pixels) <= 1, "\(size)")
    }
    let grey = source.converted(toChannels: 1)
    #expect(grey.pixels == golden.luma)
    #expect(grey.converted(toChannels: 3).pixels == golden.luma.flatMap { [$0, $0, $0] })
  }

  @Test func refusesEveryCutOffFile() throws {
    let golden = try ImageGolden.load()
    for name in ["colour", "interlaced", "palette", "jpeg", "progressive jpeg", "cmyk jpeg"] {
      let bytes = try golden.bytes(name)
      for length in stride(from: 0, to: bytes.count - 3, by: 5) {
        let error = refusal {
          let image = try ImageFile(Array(bytes.prefix(length)), name: "a.png")
          return try image.bitmap(image.size, channels: 3)
        }
        #expect(error?.kind == .data, "\(name), \(length) bytes")
        #expect(error?.description.hasPrefix("a.png ") == true)
      }
    }
  }

  /// Any byte may be wrong: the answer is an image or a sentence, never a crash.
  @Test func survivesDamage() throws {
    let golden = try ImageGolden.load()
    var generator = SplitMix64(seed: 7)
    var refused = 0
    for name in ["palette", "sixteen bits", "jpeg", "progressive jpeg", "orientation 6"] {
      let whole = try golden.bytes(name)
      for _ in 0..<200 {
        var bytes = whole
        for _ in 0..<3 {
          bytes[Int.random(in: 3..<bytes.count, using: &generator)] = UInt8.random(
            in: 0...255, using: &generator)
        }
        do {
          let image = try ImageFile(bytes, name: name)
          let bitmap = try image.bitmap(ImageSize(height: 2, width: 2), channels: 1)
          #expect(bitmap.pixels.count == 4)
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 300)
  }

  @Test func refusesSizesThatCannotBe() throws {
    let golden = try ImageGolden.load()
    // A JPEG's height and width follow its marker C0, the length and the precision.
    var bytes = try golden.bytes("jpeg")
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    for offset in 5...8 { bytes[frame + offset] = 0xF0 }
    let jpeg = refusal { try ImageFile(bytes, name: "a.jpg") }
    #expect(jpeg?.description.contains("61680 × 61680 pixels, which its") == true)
    #expect(jpeg?.description.hasSuffix("bytes cannot hold") == true)
    // Enough bytes behind it, and it is still more than is read.
    bytes += [UInt8](repeating: 0, count: 8_000_000)
    let huge = refusal { try ImageFile(bytes, name: "a.jpg") }
    #expect(huge?.description.contains("up to 134 million pixels") == true)
  }

  @Test func refusesOtherKinds() throws {
    let text = refusal { try ImageFile(Array("<html>".utf8), name: "a.png") }
    #expect(text?.description.hasPrefix("a.png is neither PNG nor JPEG") == true)
    let empty = refusal { try ImageFile([], name: "b.jpg") }
    #expect(empty?.description.hasPrefix("b.jpg is empty") == true)
  }

  @Test func readsSizes() {
    #expect(ImageSize("28x30") == ImageSize(height: 28, width: 30))
    #expect(ImageSize("28×30")?.description == "28x30")
    for text in ["", "28", "0x3", "-1x3", "3x", "axb", "1x2x3", "99999999999x99999999999"] {
      #expect(ImageSize(text) == nil, "\(text)")
    }
  }
}
