// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

@Suite struct NumberParserTests {
  private func quick(_ text: String) -> (value: Float, end: Int)? {
    Array(text.utf8).withUnsafeBufferPointer { NumberParser.quick($0, at: 0) }
  }

  @Test func readsPlainNumbers() {
    for (text, value) in [
      ("0", 0), ("7", 7), ("-12", -12), ("+3.5", 3.5), (".25", 0.25), ("5.", 5), ("1e3", 1000),
      ("2.5E-2", 0.025), ("-1.75e+01", -17.5), ("0.000100", 1e-4), ("255.0000", 255),
    ] as [(String, Float)] {
      let found = quick(text)
      #expect(found?.value == value, "\(text)")
      #expect(found?.end == text.utf8.count, "\(text)")
    }
    #expect(quick("-0")?.value.sign == .minus)
    #expect(quick("12,5")?.end == 2)
  }

  @Test func leavesTheRestToTheCarefulReader() {
    for text in ["", "-", ".", "e5", "abc", "1e", "1e+", "nan", "12345678901234567890", "1e300"] {
      #expect(quick(text) == nil, "\(text)")
    }
    #expect(NumberParser.number(of: "NaN")?.isNaN == true)
    #expect(NumberParser.number(of: "-Inf") == -.infinity)
    #expect(NumberParser.number(of: "12345678901234567890") == 12_345_678_901_234_567_168)
    #expect(NumberParser.number(of: "1e-300") == 1e-300)
    for text in ["", "abc", "0x10", "1 2", " 1", "1,5", "--1"] {
      #expect(NumberParser.number(of: text) == nil, "\(text)")
    }
  }

  /// A Float is the same whether it went the quick way or through the standard library's Double.
  @Test func agreesWithTheStandardLibrary() throws {
    var generator = SplitMix64(seed: 4)
    for _ in 0..<20_000 {
      let digits = Int.random(in: 1...19, using: &generator)
      let mantissa = (0..<digits).map { _ in Int.random(in: 0...9, using: &generator) }
      let point = Int.random(in: 0...digits, using: &generator)
      var text = mantissa[..<point].map(String.init).joined() + "."
      text += mantissa[point...].map(String.init).joined()
      if Bool.random(using: &generator) {
        text += "e\(Int.random(in: -40...30, using: &generator))"
      }
      let expected = Float(try #require(Double(text.first == "." ? "0" + text : text)))
      guard let found = quick(text) else { continue }
      #expect(found.value == expected, "\(text)")
    }
    // Beside midpoints of two Floats one wrong bit of the Double shows.
    for _ in 0..<20_000 {
      let low = Float.random(in: 1e-5..<1e5, using: &generator)
      let text = String(format: "%.18e", (Double(low) + Double(low.nextUp)) / 2)
      let expected = Float(try #require(Double(text)))
      #expect(quick(text).map { $0.value == expected } ?? true, "\(text)")
    }
  }
}
