// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import DeepClustering

/// A small web server in Python that knows ranges, one for the whole suite.
private final class WebServer {
  private static let program = """
    import http.server, os, sys, threading
    content = bytes(range(256)) * 40
    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *words): pass
        def do_GET(self):
            if self.path.endswith("/missing.gz"):
                self.send_error(404); return
            body, start = content, 0
            asked = self.headers.get("Range")
            if asked and not self.path.startswith("/plain/"):
                start = int(asked[6:].rstrip("-"))
                if start >= len(content):
                    self.send_error(416); return
                self.send_response(206)
                body = content[start:]
                self.send_header("Content-Range", "bytes %d-%d/%d" % (start, len(content) - 1, len(content)))
            else:
                self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.path.startswith("/broken/") and not asked: body = body[:1000]
            self.wfile.write(body)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    # The end of standard input is the end of the tests, even if they crash.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.serve_forever()
    """
  static let content = (0..<40).flatMap { _ in (0..<256).map { UInt8($0) } }

  let base: String
  private let process = Process()
  private let input = Pipe()

  init() throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", Self.program]
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    base = "http://127.0.0.1:\(port)/"
  }

  deinit {
    // SIGTERM may be blocked: a child inherits the signal mask of the thread that starts it.
    try? input.fileHandleForWriting.close()
  }
}

@Suite(.serialized) struct DownloadTests {
  private func fetch(_ place: CatalogPlace, into folder: DataFolder, sum: String? = nil) throws {
    let file = CatalogFile("a.bin", sum ?? SHA256.hexadecimal(of: WebServer.content))
    try CatalogFetch(files: [file], target: folder.url, progress: { _ in }).run(place)
  }

  @Test func fetchesGoesOnAndStartsAnew() throws {
    let server = try WebServer()
    for (kind, part) in [
      ("whole/", nil), ("resumed/", Array(WebServer.content.prefix(5000))),
      ("plain/", Array(WebServer.content.prefix(5000))), ("finished/", WebServer.content),
    ] as [(String, [UInt8]?)] {
      let folder = try DataFolder()
      if let part { try folder.write("a.bin.part", part) }
      try fetch(.web(server.base + kind), into: folder)
      #expect(try FileBytes.read(folder.path("a.bin")) == WebServer.content, "\(kind)")
      #expect(!FileManager.default.fileExists(atPath: folder.path("a.bin.part")), "\(kind)")
    }
  }

  @Test func keepsThePartOfABrokenDownload() throws {
    let server = try WebServer()
    let folder = try DataFolder()
    let error = refusal { try fetch(.web(server.base + "broken/"), into: folder) }
    #expect(error?.kind == .unavailable)
    #expect(!FileManager.default.fileExists(atPath: folder.path("a.bin")))
    #expect(try FileBytes.read(folder.path("a.bin.part")).count == 1000)
    try fetch(.web(server.base + "broken/"), into: folder)
    #expect(try FileBytes.read(folder.path("a.bin")) == WebServer.content)
  }

  @Test func dropsAFileWithAWrongChecksum() throws {
    let server = try WebServer()
    let folder = try DataFolder()
    let wrong = String(repeating: "0", count: 64)
    let error = refusal { try fetch(.web(server.base), into: folder, sum: wrong) }
    #expect(error?.kind == .unavailable)
    #expect(error?.description.contains("and \(wrong) was expected") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func saysWhatAServerAnswersAndThatThereIsNone() throws {
    let server = try WebServer()
    let folder = try DataFolder()
    let file = CatalogFile("missing.gz", "")
    let missing = refusal {
      try CatalogFetch(files: [file], target: folder.url, progress: { _ in })
        .run(.web(server.base))
    }
    #expect(missing?.description == "127.0.0.1 answers with status 404")
    let none = refusal { try fetch(.web("http://127.0.0.1:9/"), into: folder) }
    #expect(none?.description.hasPrefix("127.0.0.1 cannot be reached") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func saysThatAProgramIsMissingOrFails() throws {
    let folder = try DataFolder()
    let none = refusal { try ExternalCommand.run(["no-such-program-here"], in: folder.url) }
    #expect(none?.description == "no-such-program-here is not installed")
    let fails = refusal {
      try ExternalCommand.run(["sh", "-c", "echo first; echo last >&2; exit 3"], in: folder.url)
    }
    #expect(fails?.description.hasSuffix("failed: last") == true)
    try ExternalCommand.run(["true"], in: folder.url)
  }
}
