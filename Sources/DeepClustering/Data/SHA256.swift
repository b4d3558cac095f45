// SPDX-License-Identifier: Apache-2.0

/// The SHA-256 digest (FIPS 180-4), fed piece by piece.
public struct SHA256: Sendable {
  private var state: SIMD8<UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// Bytes that do not fill a block of 64 yet.
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// A digest of nothing so far.
  public init() {
    pending.reserveCapacity(64)
  }

  /// Takes in the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += UInt64(bytes.count)
    var offset = 0
    if !pending.isEmpty {
      offset = min(64 - pending.count, bytes.count)
      pending.append(contentsOf: bytes[0..<offset])
      guard pending.count == 64 else { return }
      let block = pending
      block.withUnsafeBytes { absorb($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = (bytes.count - offset) / 64 * 64
    if whole > 0 {
      absorb(UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + whole)]))
    }
    pending.append(contentsOf: bytes[(offset + whole)...])
  }

  /// Takes in the next bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes so far, 64 hexadecimal digits.
  public consuming func finish() -> String {
    let bits = length &* 8
    var tail: [UInt8] = [0x80]
    tail.append(contentsOf: [UInt8](repeating: 0, count: (119 - pending.count) % 64))
    for shift in stride(from: 56, through: 0, by: -8) {
      tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
    }
    update(tail)
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for lane in 0..<8 {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(state[lane] >> UInt32(shift)) & 15])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The digest of an array, 64 hexadecimal digits.
  public static func hexadecimal(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  /// Works through whole blocks of 64 bytes.
  private mutating func absorb(_ blocks: UnsafeRawBufferPointer) {
    var (s0, s1, s2, s3) = (state[0], state[1], state[2], state[3])
    var (s4, s5, s6, s7) = (state[4], state[5], state[6], state[7])
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
      Self.roundConstants.withUnsafeBufferPointer { constants in
        for start in stride(from: 0, to: blocks.count, by: 64) {
          for t in 0..<16 {
            words[t] = UInt32(
              bigEndian: blocks.loadUnaligned(fromByteOffset: start &+ 4 &* t, as: UInt32.self))
          }
          for t in 16..<64 {
            let (x, y) = (words[t &- 15], words[t &- 2])
            let small0 = Self.rotate(x, 7) ^ Self.rotate(x, 18) ^ (x &>> 3)
            let small1 = Self.rotate(y, 17) ^ Self.rotate(y, 19) ^ (y &>> 10)
            words[t] = words[t &- 16] &+ small0 &+ words[t &- 7] &+ small1
          }
          var (a, b, c, d, e, f, g, h) = (s0, s1, s2, s3, s4, s5, s6, s7)
          // Eight rounds at a time, each with the letters moved on by one, so that none is copied.
          for t in stride(from: 0, to: 64, by: 8) {
            Self.round(a, b, c, &d, e, f, g, &h, constants[t] &+ words[t])
            Self.round(h, a, b, &c, d, e, f, &g, constants[t &+ 1] &+ words[t &+ 1])
            Self.round(g, h, a, &b, c, d, e, &f, constants[t &+ 2] &+ words[t &+ 2])
            Self.round(f, g, h, &a, b, c, d, &e, constants[t &+ 3] &+ words[t &+ 3])
            Self.round(e, f, g, &h, a, b, c, &d, constants[t &+ 4] &+ words[t &+ 4])
            Self.round(d, e, f, &g, h, a, b, &c, constants[t &+ 5] &+ words[t &+ 5])
            Self.round(c, d, e, &f, g, h, a, &b, constants[t &+ 6] &+ words[t &+ 6])
            Self.round(b, c, d, &e, f, g, h, &a, constants[t &+ 7] &+ words[t &+ 7])
          }
          (s0, s1, s2, s3) = (s0 &+ a, s1 &+ b, s2 &+ c, s3 &+ d)
          (s4, s5, s6, s7) = (s4 &+ e, s5 &+ f, s6 &+ g, s7 &+ h)
        }
      }
    }
    state = [s0, s1, s2, s3, s4, s5, s6, s7]
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
    _ g: UInt32, _ h: inout UInt32, _ input: UInt32
  ) {
    let big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let t1 = h &+ big1 &+ (g ^ (e & (f ^ g))) &+ input
    let big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    d &+= t1
    h = t1 &+ big0 &+ ((a & b) | (c & (a | b)))
  }

  @inline(__always)
  private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
    (word &>> count) | (word &<< (32 &- count))
  }

  /// The fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4,
    0xab1c_5ed5, 0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe,
    0x9bdc_06a7, 0xc19b_f174, 0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f,
    0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da, 0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
    0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967, 0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc,
    0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85, 0xa2bf_e8a1, 0xa81a_664b,
    0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070, 0x19a4_c116,
    0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7,
    0xc671_78f2,
  ]
}
