// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// A headless Chromium that a page is opened in, where there is one.
enum Browser {
  /// The program, by the names that distributions give it.
  static let program: URL? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    for name in names {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
      {
        return URL(fileURLWithPath: "\(folder)/\(name)")
      }
    }
    return nil
  }()

  /// Opens a page and runs a script in it once it is loaded; the script calls `answer(value)`.
  ///
  /// Time runs ahead while the page waits, and stands still while it works: a script that measures
  /// how long something takes has to ask in real time.
  ///
  /// - Returns: The value, and the errors and forbidden requests that the page met until then.
  static func ask(
    _ html: String, _ script: String, inRealTime: Bool = false
  ) throws -> [String: Any] {
    let first = inRealTime ? watch : watch + virtualFrames
    let last = inRealTime ? whileLoading(script) : onceLoaded(script)
    let watched = html.replacing("<head>", with: "<head><script>\(first)</script>")
      .replacing("</body></html>", with: "<script>\(last)</script></body></html>")
    let clock = inRealTime ? [] : ["--virtual-time-budget=6000"]
    let document = try withPage(watched) { page in
      try launch(page, clock + ["--dump-dom"]) {
        String(decoding: try Data(contentsOf: $0), as: UTF8.self)
      }
    }
    let start = try #require(document.range(of: "<pre id=\"answer\">"), "the page gave no answer")
    let text = document[start.upperBound...].prefix { $0 != "<" }
    let answer = try #require(Data(base64Encoded: String(text)))
    return try #require(JSONSerialization.jsonObject(with: answer) as? [String: Any])
  }

  /// What a page becomes on paper.
  struct Print {
    /// The PDF file; what is not compressed in it can be read.
    var text: String
    /// How many sheets there are.
    var sheets: Int
    /// The headings and the sheets they are on, from 1.
    var headings: [(title: String, sheet: Int)]
  }

  /// Prints a page.
  static func print(_ html: String) throws -> Print {
    let data = try withPage(html) { page in
      let file = page.deletingPathExtension().appendingPathExtension("pdf")
      let arguments = ["--print-to-pdf=\(file.path)", "--generate-pdf-document-outline"]
      return try launch(page, arguments) { _ in try Data(contentsOf: file) }
    }
    let text = try #require(String(data: data, encoding: .isoLatin1))
    let sheets = text.matches(of: #/(\d+) 0 obj\n<</Type /Page\n/#).map { String($0.output.1) }
    var headings: [(title: String, sheet: Int)] = []
    for entry in text.matches(of: #/\/Title \(([^)]*)\)\n/Dest \[(\d+) 0 R/#) {
      let sheet = try #require(sheets.firstIndex(of: String(entry.output.2)))
      headings.append((String(entry.output.1), sheet + 1))
    }
    return Print(text: text, sheets: sheets.count, headings: headings)
  }

  private static let watch = """
    window.problems = [];
    addEventListener('error', (event) => problems.push('error: ' + event.message));
    addEventListener('unhandledrejection', (event) => problems.push('rejection: ' + event.reason));
    document.addEventListener('securitypolicyviolation', (event) =>
      problems.push('refused: ' + event.blockedURI));
    for (const kind of ['error', 'warn']) {
      const plain = console[kind];
      console[kind] = (...words) => { problems.push(kind + ': ' + words.join(' ')); plain(...words); };
    }
    window.answer = (value) => {
      const requests = performance.getEntriesByType('resource').map((entry) => entry.name)
        .filter((name) => !name.startsWith('data:'));
      const node = document.createElement('pre');
      node.id = 'answer';
      const text = JSON.stringify({ value, problems, requests });
      node.textContent = btoa(String.fromCharCode(...new TextEncoder().encode(text)));
      document.body.append(node);
      window.release?.();
    };

    """

  /// Frames come in real time, which may stand still while the virtual time of a page runs on.
  private static let virtualFrames = """
    window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);
    window.cancelAnimationFrame = clearTimeout;
    """

  private static func onceLoaded(_ script: String) -> String {
    "addEventListener('load', () => setTimeout(() => {\(script)}, 300));"
  }

  /// The browser leaves a page as soon as it is loaded, which it is not while a document in it is
  /// open.
  private static func whileLoading(_ script: String) -> String {
    """
    {
      const open = document.body.appendChild(document.createElement('iframe'));
      open.hidden = true; open.contentDocument.open();
      window.release = () => open.contentDocument.close();
      setTimeout(release, 30000);
    }
    setTimeout(() => {\(script)}, 300);
    """
  }

  /// Writes a page into a folder of its own, which is gone afterwards.
  private static func withPage<Found>(
    _ html: String, _ body: (URL) throws -> Found
  ) throws -> Found {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appendingPathComponent("page.html")
    try Data(html.utf8).write(to: page)
    return try body(page)
  }

  /// A browser that ended without a result.
  private struct Failure: Error {
    var status: Int32
    var said: String
  }

  /// Runs the browser on a page until it has done what the arguments say.
  ///
  /// On a crowded machine a browser may end before it has opened any page. One that leaves nothing
  /// behind is started again, twice at most; whatever it leaves is judged as it is. The result is read
  /// given the file of what it wrote to standard output.
  private static func launch<Result: Collection>(
    _ page: URL, _ arguments: [String], result: (URL) throws -> Result
  ) throws -> Result {
    let folder = page.deletingLastPathComponent()
    var failure = Failure(status: 0, said: "")
    for attempt in 1...3 {
      let streams = try ["output", "errors"].map {
        let file = folder.appendingPathComponent("\($0)-\(attempt)")
        try Data().write(to: file)
        return (file: file, handle: try FileHandle(forWritingTo: file))
      }
      let process = Process()
      process.executableURL = try #require(program)
      process.arguments =
        [
          "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
          "--user-data-dir=\(folder.path)/profile-\(attempt)", "--window-size=1280,900",
          "--timeout=60000",
        ] + arguments + [page.absoluteString]
      process.standardOutput = streams[0].handle
      process.standardError = streams[1].handle
      try process.run()
      process.waitUntilExit()
      for stream in streams { try stream.handle.close() }
      if let found = try? result(streams[0].file), !found.isEmpty { return found }
      let said = (try? Data(contentsOf: streams[1].file)) ?? Data()
      failure = Failure(
        status: process.terminationStatus, said: String(decoding: said.suffix(2000), as: UTF8.self))
    }
    throw failure
  }
}
