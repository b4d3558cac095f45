// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ClusteringReport

@Suite struct PaletteTests {
  private func linear(_ color: Palette.Color) -> [Double] {
    [color.red, color.green, color.blue].map {
      let value = Double($0) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
  }

  private func multiplied(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
    matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
  }

  private func oklab(_ linear: [Double]) -> [Double] {
    let cones = multiplied(
      [
        [0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
      ], linear
    ).map { cbrt(max($0, 0)) }
    return multiplied(
      [
        [0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
      ], cones)
  }

  /// Machado, Oliveira and Fernandes 2009, severity 1, and normal vision.
  static let visions: [[[Double]]] = [
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    [
      [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
      [-0.003882, -0.048116, 1.051998],
    ],
    [
      [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
      [-0.011820, 0.042940, 0.968881],
    ],
    [
      [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
      [0.004733, 0.691367, 0.303900],
    ],
  ]

  @Test(arguments: 0..<4)
  func theFirstTenDifferForEveryVision(vision: Int) {
    let colors = (0..<10).map { index in
      let seen = multiplied(Self.visions[vision], linear(Palette.color(index)))
      return oklab(seen.map { min(max($0, 0), 1) })
    }
    for (index, one) in colors.enumerated() {
      for (other, two) in colors.enumerated() where other < index {
        let distance = sqrt(zip(one, two).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
        // Okabe and Ito's eight colours, with black, come to 0.10; twice what is just told apart in
        // small patches is 0.04.
        #expect(distance > 0.09, "colours \(other) and \(index)")
      }
    }
  }

  @Test func thirtyColoursAreAllDifferent() {
    #expect(Set((0..<30).map { Palette.color($0).hex }).count == 30)
    #expect(Palette.color(0).hex == "#154dc5")
  }

  @Test func theDarkSurfaceHasLighterShades() {
    for index in 0..<40 {
      let color = Palette.color(index)
      let shade = Palette.onDark(color)
      #expect(Palette.contrastOnDark(shade) >= 3, "colour \(index)")
      #expect((shade == color) == (Palette.contrastOnDark(color) >= 3), "colour \(index)")
    }
    // White on #161b22, of a luminance of 0.0107: 1.05 / 0.0607.
    let white = Palette.Color(red: 255, green: 255, blue: 255)
    #expect(abs(Palette.contrastOnDark(white) - 17.3) < 0.1)
    let blue = Palette.onDark(Palette.color(0)).hex
    #expect(Palette.darkRules.contains("{--d154dc5:\(blue);"))
    #expect(
      Palette.darkRules.contains("[style*=\"fill:#154dc5\"]{fill:var(--d154dc5,#154dc5)!important}")
    )
    #expect(!Palette.darkRules.contains("#f46800"))
  }

  @Test func oklchFindsKnownColours() {
    // Oklab's L of white is 1, of black 0; both have no chroma.
    #expect(Palette.oklch(lightness: 1, chroma: 0, hue: 0).hex == "#ffffff")
    #expect(Palette.oklch(lightness: 0, chroma: 0, hue: 0).hex == "#000000")
    // sRGB red: L 0.628, C 0.2577, h 29.23°.
    let red = Palette.oklch(lightness: 0.62796, chroma: 0.25768, hue: 29.234 * .pi / 180)
    #expect(red.red > 250 && red.green < 6 && red.blue < 6)
  }
}
