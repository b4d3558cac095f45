// SPDX-License-Identifier: Apache-2.0

internal import CImages

/// A PNG or JPEG file, whatever its ending says.
struct ImageFile {
  private enum Format {
    case png, jpeg
  }

  /// How the file is called in messages.
  let name: String
  /// The size as a viewer shows it, turned by what the camera wrote.
  let size: ImageSize
  /// 1 for grey, 3 for colour; files that store grey as colour count as colour.
  let channels: Int
  /// How many bits a channel has in the file; eight are read at most.
  let bits: Int
  private let stored: ImageSize
  private let orientation: Int
  private let format: Format
  private let bytes: [UInt8]

  /// Reads the file and the header in it.
  ///
  /// - Throws: ``InputError`` for a file of another kind and for a size that it cannot have.
  init(_ path: String, name: String) throws(InputError) {
    try self.init(FileBytes.read(path), name: name)
  }

  init(_ bytes: [UInt8], name: String) throws(InputError) {
    self.name = name
    self.bytes = bytes
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      (format, orientation) = (.png, 1)
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      (format, orientation) = (.jpeg, Exif.orientation(ofJPEG: bytes))
    } else {
      let what = bytes.isEmpty ? "is empty" : "is neither PNG nor JPEG, as its ending says"
      throw InputError(.data, "\(name) \(what); write it again or take it out of the folder")
    }
    var header = CIHeader()
    let reader = format == .png ? ci_png_header : ci_jpeg_header
    try Self.calling(name) { reader(bytes, bytes.count, &header, $0) }
    // Deflate packs 1,032 bytes into one at best, of eight pixels each; a JPEG has a bit for each
    // block of 64.
    let most = bytes.count * (format == .png ? 8 * GZip.largestRatio : 512)
    let pixels = Int(header.width) * Int(header.height)
    guard pixels <= most, pixels <= ImageSize.mostPixels else {
      let reason =
        pixels > most
        ? "which its \(bytes.count) bytes cannot hold"
        : "and images of up to \(ImageSize.mostPixels / 1_000_000) million pixels are read"
      throw InputError(
        .data, "\(name) claims \(header.height) × \(header.width) pixels, \(reason)")
    }
    channels = Int(header.channels)
    bits = Int(header.bits)
    stored = ImageSize(height: Int(header.height), width: Int(header.width))
    size = orientation >= 5 ? ImageSize(height: stored.width, width: stored.height) : stored
  }

  /// The image in a size and in grey or colour.
  func bitmap(_ target: ImageSize, channels wanted: Int) throws(InputError) -> Bitmap {
    let count = stored.height * stored.width
    let decoder = format == .png ? ci_png_decode : ci_jpeg_decode
    var pixels: [UInt8] = []
    try Self.calling(name) { message in
      var succeeded = false
      pixels = [UInt8](unsafeUninitializedCapacity: 4 * count) { buffer, initialized in
        succeeded = decoder(bytes, bytes.count, buffer.baseAddress, message)
        initialized = succeeded ? count * channels : 0
      }
      return succeeded
    }
    let before =
      orientation >= 5 ? ImageSize(height: target.width, width: target.height) : target
    return Bitmap(size: stored, channels: channels, pixels: pixels)
      .converted(toChannels: wanted).resized(to: before).turned(by: orientation)
  }

  /// Runs a C function that leaves a message where it fails.
  private static func calling(
    _ name: String, _ body: (UnsafeMutablePointer<CChar>) -> Bool
  ) throws(InputError) {
    var message = [CChar](repeating: 0, count: Int(CI_MESSAGE_SIZE))
    let succeeded = message.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map(body) ?? false
    }
    guard !succeeded else { return }
    let text = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    throw InputError(
      .data,
      "\(name) is damaged or cut off (\(text)); write it again or take it out of the folder")
  }
}
