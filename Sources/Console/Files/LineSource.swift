#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Hands out the lines of a file in place, one after another.
package struct LineSource: ~Copyable {
  /// What comes next.
  package enum Step {
    /// A line, without its end.
    case line(Range<Int>)
    /// A line that is longer than any record may be; it has been passed over.
    case tooLong
    /// Nothing is left of what has been read: ``refill()`` reads more, and may have to wait for it.
    case exhausted
    /// The file has ended.
    case end
  }

  /// The longest line that is handed out.
  package static let longestLine = 1 << 20

  private let file: File
  /// What has been read.
  package private(set) var bytes: [UInt8] = Array(repeating: 0, count: longestLine + 1)
  private var start = 0
  private var count = 0
  /// How much of the unread bytes is known to hold no line's end.
  private var searched = 0
  private var hasEnded = false
  private var isPassingOver = false

  package init(_ file: consuming File) { self.file = file }

  /// What the file is called in diagnostics.
  package var name: String { file.name }

  package mutating func next() -> Step {
    if let end = lineEnd() {
      let line = start..<end
      start = end + 1
      searched = 0
      if isPassingOver {
        isPassingOver = false
        return .tooLong
      }
      return .line(line)
    }
    guard hasEnded else { return .exhausted }
    if isPassingOver {
      isPassingOver = false
      start = count
      return .tooLong
    }
    guard start < count else { return .end }
    let line = start..<count
    start = count
    return .line(line)
  }

  /// Reads more.
  package mutating func refill() throws(SystemError) {
    let rest = count - start
    if rest == bytes.count || isPassingOver {
      // No record is that long: its bytes need not be kept.
      isPassingOver = true
      start = 0
      count = 0
    } else if start > 0 {
      unsafe bytes.withUnsafeMutableBytes { buffer in
        _ = unsafe buffer.baseAddress.map { unsafe memmove($0, $0 + start, rest) }
      }
      start = 0
      count = rest
    }
    searched = count
    let filled = count
    let read = try unsafe bytes.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
      let room = unsafe UnsafeMutableBufferPointer(rebasing: buffer[filled...])
      return try unsafe file.fill(UnsafeMutableRawBufferPointer(room))
    }
    count += read
    hasEnded = read == 0
  }

  private mutating func lineEnd() -> Int? {
    let from = start + searched
    guard from < count else { return nil }
    let found = unsafe bytes.withUnsafeBytes { buffer -> Int? in
      guard let base = buffer.baseAddress,
        let end = unsafe memchr(base + from, 0x0a, count - from)
      else { return nil }
      return unsafe UnsafeRawPointer(end) - base
    }
    if found == nil { searched = count - start }
    return found
  }
}
