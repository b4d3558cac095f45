// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The programs of `Examples`, run as a reader would run them.
@Suite(.serialized) struct ExamplesTests {
  @Test func fitAndPredict() throws {
    let lines = try run("fit-and-predict")
    #expect(lines.contains { $0.hasPrefix("pretraining: 40 steps, ") })
    #expect(lines.contains { $0.hasPrefix("clustering: ") })
    let sizes = try numbers(#require(lines.first { $0.hasPrefix("sizes: ") }))
    #expect(sizes.count == 3 && sizes.reduce(0, +) == 4500)
    let scores = try numbers(#require(lines.first { $0.hasPrefix("accuracy: ") }))
    #expect(scores.count == 2 && scores[0] > 0.95 && scores[0] <= 1)
    #expect(lines.contains("(13, 13) and (13.5, 12) together: true"))
    #expect(lines.contains("(0, 0) and (13, 13) together: false"))
    let certainty = try #require(lines.first { $0.hasPrefix("probability") }?.split(separator: " "))
    #expect(try #require(certainty.last.flatMap { Double($0) }) > 0.5)
    #expect(
      lines.last == "refused: row 1, column 2 of the request is not a finite number")
  }

  @Test func stopAndResume() throws {
    let lines = try run("stop-and-resume")
    // Both fits take the same number of steps, and more than one.
    let steps = lines.filter { $0.hasSuffix(" steps of clustering") }
    #expect(steps.count == 2 && Set(steps).count == 1 && steps[0] != "1 steps of clustering")
    #expect(lines.contains("equal assignments: true"))
    #expect(lines.contains("equal certainties, bit for bit: true"))
  }

  /// All numbers of a line.
  private func numbers(_ line: String) -> [Double] {
    line.split { !("0"..."9").contains($0) && $0 != "." }.compactMap { Double($0) }
  }

  /// Runs an example, which must succeed, and gives the lines that it prints.
  private func run(_ name: String) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = try products().appendingPathComponent(name)
    process.standardOutput = output
    try process.run()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(name) failed")
    return String(decoding: printed, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The folder of the build products: the test program's own.
  private func products() throws -> URL {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(fileURLWithPath: program).deletingLastPathComponent()
  }
}
