#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Files that are written whole or not at all.
package enum OutputFile {
  /// Writes `path` by way of a temporary file beside it, or writes into it where it is no regular
  /// file.
  package static func write(
    _ path: String, _ body: (borrowing File) throws(SystemError) -> Void
  ) throws(SystemError) {
    var status = stat()
    if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      try body(try File.writing(path))
      return
    }
    let target = resolved(path)
    var temporary = ""
    let file = try File.temporary(beside: target) { temporary = $0 }
    do throws(SystemError) {
      try body(file)
      file.takeRights(of: target)
      guard unsafe rename(temporary, target) == 0 else {
        throw SystemError("\(path) can't be written")
      }
    } catch {
      _ = unsafe unlink(temporary)
      throw error
    }
  }

  /// Writes bytes to `path`.
  package static func write(_ path: String, bytes: [UInt8]) throws(SystemError) {
    try write(path) { (file) throws(SystemError) in
      try unsafe file.put(bytes.span.bytes)
    }
  }

  /// The file that a link leads to, so that the link stays one.
  private static func resolved(_ path: String) -> String {
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }
}
