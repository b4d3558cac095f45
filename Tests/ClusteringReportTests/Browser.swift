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
  /// - Returns: The value, and the errors and forbidden requests that the page met until then.
  static func ask(_ html: String, _ script: String) throws -> [String: Any] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let watch = """
      <script>
      window.problems = [];
      // Frames come in real time, which may stand still while the virtual time of this page runs on.
      window.requestAnimationFrame = (draw) => setTimeout(() => draw(performance.now()), 16);
      window.cancelAnimationFrame = clearTimeout;
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
      };
      </script>
      """
    let probe =
      "<script>addEventListener('load', () => setTimeout(() => {\(script)}, 300));</script>"
    let page = folder.appendingPathComponent("page.html")
    try Data(
      html.replacing("<head>", with: "<head>\(watch)")
        .replacing("</body></html>", with: "\(probe)</body></html>").utf8
    ).write(to: page)
    let output = folder.appendingPathComponent("dom.html")
    try Data().write(to: output)
    let process = Process()
    process.executableURL = try #require(program)
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
      "--user-data-dir=\(folder.path)/profile", "--window-size=1280,900",
      "--virtual-time-budget=6000", "--timeout=60000", "--dump-dom", page.absoluteString,
    ]
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try handle.close()
    let document = try String(contentsOf: output, encoding: .utf8)
    let start = try #require(document.range(of: "<pre id=\"answer\">"), "the page gave no answer")
    let text = document[start.upperBound...].prefix { $0 != "<" }
    let answer = try #require(Data(base64Encoded: String(text)))
    return try #require(JSONSerialization.jsonObject(with: answer) as? [String: Any])
  }
}
