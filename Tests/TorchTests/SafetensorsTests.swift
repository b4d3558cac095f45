// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@Suite struct SafetensorsTests {
  private let content: Safetensors

  init() {
    content = Safetensors(
      tensors: [
        "weights": Tensor([1, -2, 3.5, .infinity, 0, 6] as [Float], shape: [2, 3]),
        "double": Tensor([1e300] as [Double], shape: []),
        "long": Tensor([.min, .max] as [Int64], shape: [2]),
        "int": Tensor([-5] as [Int32], shape: [1, 1]),
        "byte": Tensor([0, 255] as [UInt8], shape: [2]),
        "flags": Tensor([1, 0] as [UInt8], shape: [2]).to(.bool),
        "small": Tensor([1.5, -0.25] as [Float], shape: [2]).to(.bfloat16),
        "empty": Tensor([Float](), shape: [0, 7]),
        "view": Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]).transposed(),
      ],
      metadata: ["note": "„quoted“ \"and\" \\ {}", "number": "1"])
  }

  @Test func survivesAFile() throws {
    let file = try TemporaryFile(content.encoded())
    let read = try Safetensors(contentsOf: file.url)
    #expect(read.metadata == content.metadata)
    #expect(read.tensors.keys.sorted() == content.tensors.keys.sorted())
    for (name, tensor) in content.tensors {
      let other = try #require(read.tensors[name])
      #expect(other.shape == tensor.shape && other.elementType == tensor.elementType, "\(name)")
      #expect(other.scalars(as: Double.self) == tensor.scalars(as: Double.self), "\(name)")
    }
    #expect(read.tensors["view"]?.scalars(as: Float.self) == [1, 3, 2, 4])
  }

  /// The format by hand: length, JSON padded to eight bytes, elements in little-endian order.
  @Test func isWhatTheFormatSays() throws {
    let one = Safetensors(tensors: ["a": Tensor([1, 2] as [Float], shape: [2])])
    let bytes = [UInt8](try one.encoded())
    let header = #"{"a":{"data_offsets":[0,8],"dtype":"F32","shape":[2]}}"#
    let padded = header + String(repeating: " ", count: 56 - header.utf8.count)
    #expect(Array(bytes[0..<8]) == [56, 0, 0, 0, 0, 0, 0, 0])
    #expect(String(decoding: bytes[8..<64], as: UTF8.self) == padded)
    #expect(Array(bytes[64...]) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0x40])
  }

  @Test(
    .enabled(if: pythonReadsSafetensors, "python3 has no safetensors and numpy"))
  func pythonReadsIt() throws {
    let file = try TemporaryFile(content.encoded())
    let text = try python(
      """
      import sys, json
      from safetensors import safe_open
      with safe_open(sys.argv[1], framework="np") as f:
          names = [n for n in f.keys() if n != "small"]
          print(json.dumps({
              "note": f.metadata()["note"], "names": sorted(f.keys()),
              "weights": [str(v) for v in f.get_tensor("weights").ravel()],
              "long": [str(v) for v in f.get_tensor("long")],
              "view": f.get_tensor("view").tolist(),
              "shapes": {n: list(f.get_tensor(n).shape) for n in names}}))
      """, file.url.path)
    struct Answer: Decodable {
      let note: String
      let names, weights, long: [String]
      let view: [[Float]]
      let shapes: [String: [Int]]
    }
    let answer = try JSONDecoder().decode(Answer.self, from: Data(text.utf8))
    #expect(answer.note == content.metadata["note"])
    #expect(answer.names == content.tensors.keys.sorted())
    #expect(answer.weights == ["1.0", "-2.0", "3.5", "inf", "0.0", "6.0"])
    #expect(answer.long == ["\(Int64.min)", "\(Int64.max)"])
    #expect(answer.view == [[1, 3], [2, 4]])
    #expect(answer.shapes["empty"] == [0, 7])
  }

  @Test(arguments: [
    ("", "fewer than 8 bytes"),
    (#"{"a":{"#, "JSON"),
    ("[1, 2]", "not an object"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "entry a"),
    (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#, "entry a"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, "entry a"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, "entry a"),
    (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, "entry a"),
    (#"{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}"#, "entry a"),
    (#"{"a":{"dtype":"F32","shape":[2]}}"#, "entry a"),
    (#"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#, "entry a"),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4,0],"data_offsets":[0,0]}}"#, "entry a"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}"#, "entry a"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}"#, "entry a"
    ),
  ])
  func refusesADamagedHeader(header: String, place: String) throws {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
    if header.isEmpty { bytes = Data([1, 2, 3]) }
    let file = try TemporaryFile(
      bytes + Data(header.utf8) + Data(repeating: 1, count: header.isEmpty ? 0 : 8))
    let error = #expect(throws: Safetensors.FormatError.self) {
      try Safetensors(contentsOf: file.url)
    }
    #expect(error?.description.contains(place) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [UInt64.max, 1 << 63, 1_000_000, 65])
  func refusesAHeaderLongerThanTheFile(length: UInt64) throws {
    var bytes = try content.encoded()
    bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: length.littleEndian) { Data($0) })
    let file = try TemporaryFile(bytes.prefix(8 + 64))
    #expect(throws: Safetensors.FormatError.self) { try Safetensors(contentsOf: file.url) }
  }

  /// Cut anywhere, the file is refused.
  @Test func refusesACutFile() throws {
    let bytes = try content.encoded()
    for length in stride(from: 0, to: bytes.count, by: 7) {
      let file = try TemporaryFile(bytes.prefix(length))
      #expect(throws: Safetensors.FormatError.self, "\(length) of \(bytes.count) bytes") {
        try Safetensors(contentsOf: file.url)
      }
    }
  }
}

/// A file that is gone with the last use of it.
private final class TemporaryFile {
  let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("torch-tests-\(UUID().uuidString).safetensors")

  init(_ bytes: Data) throws { try bytes.write(to: url) }

  deinit { try? FileManager.default.removeItem(at: url) }
}

private func python(_ code: String, _ arguments: String...) throws -> String {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["python3", "-c", code] + arguments
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  let answer = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  struct Failure: Error {}
  guard process.terminationStatus == 0 else { throw Failure() }
  return String(decoding: answer, as: UTF8.self)
}

private let pythonReadsSafetensors =
  (try? python("import safetensors, numpy; print(1)")) != nil
