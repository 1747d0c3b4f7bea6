// The only file of the command that calls the operating system for bytes.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An open file, which is closed when its owner goes away.
package struct File: ~Copyable {
  private let descriptor: Int32
  private let closes: Bool
  /// What the file is called in diagnostics.
  package let name: String

  private init(_ descriptor: Int32, closes: Bool, name: String) {
    self.descriptor = descriptor
    self.closes = closes
    self.name = name
  }

  deinit { if closes { _ = close(descriptor) } }

  /// Standard input.
  package static func standardInput() -> Self { Self(0, closes: false, name: "<stdin>") }
  /// Standard output.
  package static func standardOutput() -> Self { Self(1, closes: false, name: "standard output") }
  /// Standard error.
  package static func standardError() -> Self { Self(2, closes: false, name: "standard error") }

  /// A file that is to be read; a pipe is waited for until somebody writes to it, unless nobody can
  /// want that.
  package static func reading(_ path: String, waits: Bool = true) throws(SystemError) -> Self {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | (waits ? 0 : O_NONBLOCK))
    guard descriptor >= 0 else { throw SystemError("\(path) can't be opened") }
    let file = Self(descriptor, closes: true, name: path)
    // A folder can be opened, and is found out by the first read only.
    guard try !file.isFolder() else { throw SystemError("\(path) can't be read", code: EISDIR) }
    return file
  }

  /// Something that is no regular file, such as a device or a pipe, to be written into as it is.
  package static func writing(_ path: String) throws(SystemError) -> Self {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("\(path) can't be opened for writing") }
    return Self(descriptor, closes: true, name: path)
  }

  /// A new file beside `path`, whose name is handed to `took`; only its owner can read it.
  package static func temporary(
    beside path: String, took: (String) -> Void
  ) throws(SystemError) -> Self {
    var template = Array("\(path).XXXXXX".utf8CString)
    let descriptor = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe mkstemp($0) } ?? -1
    }
    guard descriptor >= 0 else { throw SystemError("\(path) can't be written") }
    took(String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
    return Self(descriptor, closes: true, name: path)
  }

  /// How many bytes a regular file has; nothing for anything else.
  package func size() throws(SystemError) -> Int? {
    let status = try status()
    return status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
  }

  private func isFolder() throws(SystemError) -> Bool {
    try status().st_mode & S_IFMT == S_IFDIR
  }

  private func status() throws(SystemError) -> stat {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError("\(name) can't be read") }
    return status
  }

  /// Reads up to as many bytes as there is room for; none at the end of the file.
  package borrowing func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
    while true {
      let count = unsafe read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { throw SystemError("\(name) can't be read") }
    }
  }

  /// Writes all of the bytes.
  package borrowing func put(_ bytes: RawSpan) throws(SystemError) {
    var done = 0
    while done < bytes.byteCount {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe buffer.baseAddress.map { unsafe write(descriptor, $0 + done, buffer.count - done) }
          ?? 0
      }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw SystemError("\(name) can't be written")
      }
    }
  }

  /// Gives the file the rights that a file has by default, or those of the file it replaces.
  package func takeRights(of path: String) {
    var status = stat()
    var rights: mode_t
    if unsafe stat(path, &status) == 0 {
      rights = status.st_mode & 0o777
    } else {
      let mask = umask(0)
      _ = umask(mask)
      rights = 0o666 & ~mask
    }
    _ = fchmod(descriptor, rights)
  }
}
