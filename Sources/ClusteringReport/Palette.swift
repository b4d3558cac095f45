// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The colours of clusters and classes.
///
/// The first ten were found by simulated annealing: they maximise the smallest Oklab distance between
/// two of them, seen with normal vision and with the protanopia, deuteranopia and tritanopia of
/// Machado, Oliveira and Fernandes (2009), under bounds on chroma and on contrast with the page, light
/// and dark. `PaletteTests` holds that distance. From the eleventh on, hues advance by the golden
/// angle in Oklch at three lightnesses; no palette of that size is safe for everyone, so charts also
/// name and number what they show.
enum Palette {
  struct Color: Equatable, Sendable {
    var red: UInt8
    var green: UInt8
    var blue: UInt8

    /// As "#154dc5".
    var hex: String {
      String(format: "#%02x%02x%02x", Int(red), Int(green), Int(blue))
    }

    init(red: UInt8, green: UInt8, blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// From 0x154dc5.
    init(hex: UInt32) {
      self.init(
        red: UInt8(hex >> 16 & 255), green: UInt8(hex >> 8 & 255), blue: UInt8(hex & 255))
    }
  }

  /// What belongs to no group: noise.
  static let none = Color(hex: 0x8c95a1)

  private static let first: [UInt32] = [
    0x154dc5, 0xf46800, 0x1adfa2, 0x9a1c7e, 0xffb416,
    0x22a2ff, 0xbb2807, 0xb7c3ff, 0x7c9e81, 0x9270b0,
  ]

  /// The colour of one group; any number of groups has one, later ones come near earlier ones.
  static func color(_ index: Int) -> Color {
    precondition(index >= 0, "A colour index is not negative.")
    if index < first.count { return Color(hex: first[index]) }
    let turn = index - first.count
    let lightness = [0.60, 0.76, 0.47][turn % 3]
    return oklch(lightness: lightness, chroma: 0.15, hue: 2 * .pi * 0.381966 * Double(turn) + 2.0)
  }

  /// The colour on the dark surface: with white mixed in until its contrast there is 3, which WCAG 2.2
  /// asks of graphics.
  static func onDark(_ color: Color) -> Color {
    let mixtures = (0...64).lazy.map { step -> Color in
      let bytes = [color.red, color.green, color.blue].map {
        UInt8((Double($0) + (255 - Double($0)) * Double(step) / 64).rounded())
      }
      return Color(red: bytes[0], green: bytes[1], blue: bytes[2])
    }
    return mixtures.first { contrastOnDark($0) >= 3 } ?? color
  }

  /// How much lighter a colour is than the dark surface, as WCAG 2.2 defines contrast.
  static func contrastOnDark(_ color: Color) -> Double {
    (luminance(color) + 0.05) / (luminance(Color(hex: 0x161b22)) + 0.05)
  }

  private static func luminance(_ color: Color) -> Double {
    let linear = [color.red, color.green, color.blue].map { byte -> Double in
      let value = Double(byte) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }

  /// The colours that are another on the dark surface, and which; later ones are seldom used.
  private static let darker: [(color: Color, onDark: Color)] = (0..<40).compactMap { index in
    let (color, shade) = (Palette.color(index), Palette.onDark(Palette.color(index)))
    return shade == color ? nil : (color: color, onDark: shade)
  }

  /// Rules of the page's style sheet that put these in place of the colours in elements.
  static var darkRules: String {
    let shades = darker.map { "--d\($0.color.hex.dropFirst()):\($0.onDark.hex)" }
      .joined(separator: ";")
    let uses = darker.map { pair -> String in
      let hex = pair.color.hex
      return ["fill", "stroke", "background"].map {
        "[style*=\"\($0):\(hex)\"]{\($0):var(--d\(hex.dropFirst()),\(hex))!important}"
      }.joined()
    }
    return """
      @media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){\(shades)}}
      @media screen{:root[data-theme=dark]{\(shades)}}
      \(uses.joined(separator: "\n"))
      """
  }

  /// A function of the page's script: the colour as it is drawn, dark or not.
  static var darkScript: String {
    let shades = darker.map { "'\($0.color.hex)':'\($0.onDark.hex)'" }.joined(separator: ",")
    return "const shadeOf = (hex, dark) => dark && {\(shades)}[hex] || hex;\n"
  }

  /// The sRGB colour at a place of Oklch, its chroma reduced until it exists.
  static func oklch(lightness: Double, chroma: Double, hue: Double) -> Color {
    var chroma = chroma
    while true {
      let linear = linearRGB(lightness: lightness, a: chroma * cos(hue), b: chroma * sin(hue))
      if chroma < 0.01 || linear.allSatisfy({ $0 >= -1e-4 && $0 <= 1.0001 }) {
        let bytes = linear.map { UInt8((encoded(min(max($0, 0), 1)) * 255).rounded()) }
        return Color(red: bytes[0], green: bytes[1], blue: bytes[2])
      }
      chroma -= 0.005
    }
  }

  // Björn Ottosson, "A perceptual color space for image processing", 2020.
  private static func linearRGB(lightness: Double, a: Double, b: Double) -> [Double] {
    let l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3)
    let m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3)
    let s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3)
    return [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]
  }

  private static func encoded(_ linear: Double) -> Double {
    linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
  }
}
