// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing
import Torch

@testable import DeepClustering

@Suite struct ArchiveTests {
  private struct Value: Codable, Equatable {
    var number = 1.5
    var text = "ä\"\\\n"
    var list: [Int]? = [3, -1]
    var missing: Int?
  }

  private func archive() -> Archive {
    var archive = Archive()
    archive.set("value", Value())
    archive.set("extremes", [Double.infinity, -.infinity, .leastNonzeroMagnitude, 0.1])
    archive.set("none", Int?.none)
    archive.set("tensor", tensor: Tensor([1, 2, 3] as [Float], shape: [3, 1]))
    return archive
  }

  @Test func survivesAFile() throws {
    let folder = try DataFolder()
    let file = folder.url.appendingPathComponent("a.safetensors")
    try archive().write(to: file)
    let read = try Archive(contentsOf: file)
    #expect(try read.value("value") == Value())
    #expect(
      try read.value("extremes") == [Double.infinity, -.infinity, .leastNonzeroMagnitude, 0.1])
    #expect(try read.value("none", as: Int?.self) == nil)
    #expect(try read.tensor("tensor").scalars(as: Float.self) == [1, 2, 3])
    #expect(try read.tensor("tensor").shape == [3, 1])
    #expect(read.contains(tensor: "tensor") && !read.contains(tensor: "value"))
    // Nothing but the file is left.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(names == ["a.safetensors"])
  }

  @Test func missingNamesAreNamed() {
    for body in [
      { _ = try archive().tensor("velocity") },
      { _ = try archive().value("velocity", as: Int.self) },
      { _ = try archive().value("value", as: [Int].self) },
    ] {
      let error = refusal { try body() }
      #expect(error?.kind == .data)
      #expect(error?.description.contains(/velocity|value/) == true)
    }
  }

  @Test func aTensorThatIsReadIsACopy() throws {
    let archive = archive()
    try archive.tensor("tensor").withFloats { $0[0] = 99 }
    #expect(try archive.tensor("tensor").scalars(as: Float.self) == [1, 2, 3])
  }

  /// What is stored is the state at that moment; training goes on in place.
  @Test func aTensorThatIsStoredIsACopy() throws {
    let tensor = Tensor([1, 2, 3] as [Float], shape: [3])
    var archive = Archive()
    archive.set("tensor", tensor: tensor)
    tensor.withFloats { $0[0] = 99 }
    #expect(try archive.tensor("tensor").scalars(as: Float.self) == [1, 2, 3])
  }

  @Test func damagedFilesAreRefused() throws {
    let folder = try DataFolder()
    let file = folder.url.appendingPathComponent("a.safetensors")
    try archive().write(to: file)
    var bytes = try Data(contentsOf: file)
    try bytes.prefix(bytes.count - 1).write(to: file)
    #expect(refusal { try Archive(contentsOf: file) }?.kind == .data)
    bytes[12] = UInt8(ascii: "\\")
    try bytes.write(to: file)
    let error = refusal { try Archive(contentsOf: file) }
    #expect(error?.kind == .data)
    #expect(error?.description.contains(file.path) == true)
    let missing = refusal { try Archive(contentsOf: folder.url.appendingPathComponent("b")) }
    #expect(missing?.kind == .missing)
  }

  @Test func writingKeepsTheOldFileWhenItFails() throws {
    let folder = try DataFolder()
    let target = folder.url.appendingPathComponent("taken/a.safetensors")
    #expect(refusal { try archive().write(to: target) } != nil)
    let file = folder.url.appendingPathComponent("a.safetensors")
    try Data("old".utf8).write(to: file)
    // The file to write beside it cannot be made: a folder has its name.
    try FileManager.default.createDirectory(
      at: file.appendingPathExtension("part"), withIntermediateDirectories: false)
    #expect(refusal { try archive().write(to: file) } != nil)
    #expect(try Data(contentsOf: file) == Data("old".utf8))
  }
}
