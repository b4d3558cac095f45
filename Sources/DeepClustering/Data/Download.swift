// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// One download over HTTP that goes on where an earlier one was cut off.
///
/// `@unchecked Sendable`: the session calls its delegate on one queue, one call at a time, and the
/// waiting thread reads the results only after the semaphore; what both touch earlier is `received`
/// and `expected`, behind the lock.
final class Download: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  private let part: URL
  private let file: FileHandle
  private let done = DispatchSemaphore(value: 0)
  private let lock = NSLock()
  private var received: Int64
  private var expected: Int64 = -1
  private var failure: String?
  /// The part was whole already, or is of another file: the server has nothing behind its end.
  private var isBeyondEnd = false

  private init(part: URL, file: FileHandle, received: Int64) {
    self.part = part
    self.file = file
    self.received = received
  }

  /// Fetches a file into a `.part` file, whose bytes are kept when the download is cut off.
  ///
  /// - Throws: ``InputError`` when the server cannot be reached or refuses.
  static func run(_ url: URL, to part: URL, progress: (String) -> Void) throws(InputError) {
    if !FileManager.default.fileExists(atPath: part.path) {
      _ = FileManager.default.createFile(atPath: part.path, contents: nil)
    }
    guard let file = FileHandle(forUpdatingAtPath: part.path),
      let size = try? file.seekToEnd()
    else {
      throw InputError(.cannotCreate, "\(part.path) cannot be written")
    }
    defer { try? file.close() }
    let download = Download(part: part, file: file, received: Int64(size))
    var request = URLRequest(url: url)
    request.timeoutInterval = 30
    if size > 0 { request.setValue("bytes=\(size)-", forHTTPHeaderField: "Range") }
    // The bytes as they are: a server that packs them once more would break resuming.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    let session = URLSession(configuration: .ephemeral, delegate: download, delegateQueue: nil)
    defer { session.invalidateAndCancel() }
    session.dataTask(with: request).resume()
    while download.done.wait(timeout: .now() + 1) == .timedOut {
      progress("Fetching \(url.lastPathComponent): \(download.state)")
    }
    if let failure = download.failure {
      // An empty part says nothing, and would only puzzle whoever finds it.
      if download.received == 0 { try? FileManager.default.removeItem(at: part) }
      throw InputError(.unavailable, "\(url.host ?? url.absoluteString) \(failure)")
    }
  }

  private var state: String {
    lock.withLock {
      let size = { (bytes: Int64) in String(format: "%.1f", Double(bytes) / 1_048_576) }
      return expected > 0
        ? "\(size(received)) of \(size(expected)) MiB" : "\(size(received)) MiB"
    }
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    let status = (response as? HTTPURLResponse)?.statusCode ?? 200
    switch status {
    case 206:
      break
    case 200:
      // The server knows no ranges, and sends all from the start.
      try? file.truncate(atOffset: 0)
      lock.withLock { received = 0 }
    case 416:
      // Nothing behind the end: the checksum will say whether what is here is the file.
      isBeyondEnd = true
      completionHandler(.cancel)
      return
    default:
      failure = "answers with status \(status)"
      completionHandler(.cancel)
      return
    }
    lock.withLock {
      expected =
        response.expectedContentLength < 0 ? -1 : received + response.expectedContentLength
    }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    // The page that comes with a refusal is no part of the file, and may come despite the cancel.
    guard failure == nil, !isBeyondEnd else { return }
    do {
      try file.write(contentsOf: data)
      lock.withLock { received += Int64(data.count) }
    } catch {
      failure = "sends more than \(part.path) can take: \(error.localizedDescription)"
      dataTask.cancel()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    if let error, failure == nil, !isBeyondEnd {
      failure = "cannot be reached (\(error.localizedDescription))"
    }
    let isShort = lock.withLock { expected >= 0 && received < expected }
    if failure == nil, isShort {
      failure = "broke off; run the same again and it goes on from there"
    }
    done.signal()
  }
}
