#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is written to standard output or standard error, gathered into large writes.
package struct OutputStream: ~Copyable {
  private let file: File
  private var pending: [UInt8] = []
  /// Whether the reader at the other end has gone away: nothing more need be written.
  package private(set) var isClosed = false

  package init(_ file: consuming File) { self.file = file }

  /// Takes bytes over, and writes when many have been gathered.
  package mutating func write(_ bytes: [UInt8]) throws(SystemError) {
    if pending.isEmpty, bytes.count > 1 << 16 {
      try emit(bytes)
    } else {
      pending.append(contentsOf: bytes)
      if pending.count > 1 << 16 { try flush() }
    }
  }

  /// Takes text over.
  package mutating func write(_ text: String) throws(SystemError) { try write(Array(text.utf8)) }

  /// Writes what has been gathered.
  package mutating func flush() throws(SystemError) {
    guard !pending.isEmpty else { return }
    let bytes = pending
    pending.removeAll(keepingCapacity: true)
    try emit(bytes)
  }

  private mutating func emit(_ bytes: [UInt8]) throws(SystemError) {
    guard !isClosed else { return }
    do throws(SystemError) {
      try unsafe file.put(bytes.span.bytes)
    } catch {
      // Whoever reads a part and goes away has what they wanted.
      guard error.code == EPIPE else { throw error }
      isClosed = true
    }
  }
}
