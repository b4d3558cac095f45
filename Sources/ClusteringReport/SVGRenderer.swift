// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Turns drawings into pixels by librsvg, which is loaded where the machine has it.
///
/// It is no requirement: a server that fits and predicts needs neither it nor fonts. On Debian it is
/// the package librsvg2-2.
struct SVGRenderer: Sendable {
  /// The library's handle, never closed.
  private let library: UInt

  /// The renderer; nil where librsvg 2.46 or later is not found.
  static let shared: SVGRenderer? = {
    let names = ["librsvg-2.so.2", "librsvg-2.2.dylib"]
    guard let library = names.lazy.compactMap({ dlopen($0, RTLD_NOW) }).first,
      dlsym(library, "rsvg_handle_render_document") != nil
    else { return nil }
    return SVGRenderer(library: UInt(bitPattern: library))
  }()

  private typealias Rectangle = (x: Double, y: Double, width: Double, height: Double)
  private typealias Load =
    @convention(c) (UnsafePointer<UInt8>, UInt, OpaquePointer?) -> OpaquePointer?
  private typealias Render =
    @convention(c) (OpaquePointer, OpaquePointer, UnsafeRawPointer, OpaquePointer?) -> Int32
  private typealias MakeSurface = @convention(c) (Int32, Int32, Int32) -> OpaquePointer?
  private typealias Make = @convention(c) (OpaquePointer) -> OpaquePointer?
  private typealias Release = @convention(c) (OpaquePointer) -> Void
  private typealias Pixels = @convention(c) (OpaquePointer) -> UnsafePointer<UInt8>?
  private typealias Stride = @convention(c) (OpaquePointer) -> Int32

  /// A function of librsvg, or of cairo and GObject, on which it depends.
  private func function<Function>(_ name: String, as type: Function.Type) -> Function {
    guard let address = dlsym(UnsafeMutableRawPointer(bitPattern: library), name) else {
      preconditionFailure("librsvg depends on a library without \(name)")
    }
    return unsafeBitCast(address, to: type)
  }

  /// The drawing, stretched to `width` × `height` pixels, on white; nil when it is no SVG.
  func image(of svg: String, width: Int, height: Int) -> PNGImage? {
    let load = function("rsvg_handle_new_from_data", as: Load.self)
    let unreference = function("g_object_unref", as: Release.self)
    let text = Array(svg.utf8)
    guard let drawing = load(text, UInt(text.count), nil) else { return nil }
    defer { unreference(drawing) }

    // Format 0: 32 bits a pixel, blue first where the lowest byte comes first.
    let makeSurface = function("cairo_image_surface_create", as: MakeSurface.self)
    guard let surface = makeSurface(0, Int32(width), Int32(height)) else { return nil }
    defer { function("cairo_surface_destroy", as: Release.self)(surface) }
    guard let context = function("cairo_create", as: Make.self)(surface) else { return nil }
    defer { function("cairo_destroy", as: Release.self)(context) }
    var viewport: Rectangle = (0, 0, Double(width), Double(height))
    let render = function("rsvg_handle_render_document", as: Render.self)
    guard render(drawing, context, &viewport, nil) != 0 else { return nil }

    function("cairo_surface_flush", as: Release.self)(surface)
    let stride = Int(function("cairo_image_surface_get_stride", as: Stride.self)(surface))
    guard let words = function("cairo_image_surface_get_data", as: Pixels.self)(surface)
    else { return nil }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for y in 0..<height {
      for x in 0..<width {
        let word = UnsafeRawPointer(words + y * stride + 4 * x).loadUnaligned(as: UInt32.self)
        // Colours are times their opacity; what is left shows white.
        let white = 255 - word >> 24
        for shift in [16, 8, 0] as [UInt32] {
          pixels.append(UInt8(min((word >> shift & 255) + white, 255)))
        }
      }
    }
    return PNGImage(width: width, height: height, channels: 3, pixels: pixels)
  }
}
