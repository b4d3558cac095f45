// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import DeepClustering

/// A tar archive by hand: a header with its checksum and the content in blocks of 512 bytes.
private func member(_ name: String, _ content: [UInt8], kind: Character = "0") -> [UInt8] {
  var header = [UInt8](repeating: 0, count: 512)
  func put(_ text: String, _ place: Int) {
    for (index, byte) in text.utf8.enumerated() { header[place + index] = byte }
  }
  put(String(name.prefix(100)), 0)
  put("0000644", 100)
  let octal = String(content.count, radix: 8)
  put(String(repeating: "0", count: 11 - octal.count) + octal, 124)
  put("00000000000", 136)
  put(String(kind), 156)
  put("ustar", 257)
  put("00", 263)
  put("        ", 148)
  let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
  put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", 148)
  let padding = [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
  return header + content + padding
}

@Suite struct TarArchiveTests {
  private let end = [UInt8](repeating: 0, count: 1024)

  private var archive: [UInt8] {
    member("news/", [], kind: "5") + member("news/cars/1", Array("engine wheels".utf8))
      + member("long", Array("news/space/\(String(repeating: "x", count: 120))\0".utf8), kind: "L")
      + member("news/space/xxx", Array("rocket orbit orbit".utf8))
      + member("head", Array("31 path=news/space/from-pax.txt\n".utf8), kind: "x")
      + member("short", Array("orbit".utf8)) + member("news/.hidden", [1, 0]) + end
  }

  @Test func findsFilesAndTheirLongNames() throws {
    let read = try TarArchive(archive, name: "a.tar")
    let long = "news/space/" + String(repeating: "x", count: 120)
    #expect(read.members.keys.sorted() == ["news/cars/1", "news/space/from-pax.txt", long])
    let text = String(decoding: read.bytes[read.members[long] ?? 0..<0], as: UTF8.self)
    #expect(text == "rocket orbit orbit")
  }

  @Test func becomesADataSet() throws {
    let folder = try DataFolder()
    let path = try folder.write("news.tar.gz", gzip(archive))
    let data = try Dataset.load(path)
    #expect(data.rows == 3 && data.vocabulary?.words == ["engine", "orbit", "rocket", "wheels"])
    // The one folder that the archive was made of is no class.
    #expect(data.labels == [0, 1, 1] && data.classNames == ["cars", "space"])
  }

  @Test func refusesWhatIsCutOffOrDamaged() throws {
    let bytes = archive
    for length in stride(from: 513, to: bytes.count - 1024, by: 97) {
      do throws(InputError) {
        let read = try TarArchive(Array(bytes[..<length]), name: "a.tar")
        // Cut between two files, what is before is whole.
        #expect(read.members.values.allSatisfy { $0.upperBound <= length })
      } catch {
        #expect(error.description.hasPrefix("a.tar is "))
      }
    }
    var damaged = bytes
    damaged[512 + 124] = 0x39
    let error = refusal { try TarArchive(damaged, name: "a.tar").members.count }
    #expect(error?.description.contains("byte 512 is not the header of a file") == true)
  }
}
