#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

import Console
import Paging
import Records

/// The argument of `--memory`: a file, and the host-physical address of its first byte.
struct MemoryArgument: ArgumentValue, Hashable {
  let path: String
  let base: HostPhysical

  init(argument: String) throws(ArgumentValueError) {
    guard let at = argument.lastIndex(of: "@"), at != argument.startIndex else {
      throw ArgumentValueError("it must be FILE@BASE, such as guest.img@0x80000000")
    }
    path = String(argument[..<at])
    let digits = argument[argument.index(after: at)...]
    guard let base = AddressArgument.parse(digits) else {
      throw ArgumentValueError("what follows “@” must be an address in hexadecimal or decimal")
    }
    self.base = HostPhysical(base)
  }

  var argument: String { "\(path)@\(base)" }
  static var isFile: Bool { true }

  /// Adds the file's bytes to a memory as one more region.
  func load(into memory: inout PhysicalMemory) throws(CommandFailure) {
    do {
      let file = try File.reading(path, waits: false)
      guard let size = try file.size() else {
        throw CommandFailure(.badInput, "\(path) can't be a memory: it is no regular file.")
      }
      try memory.addRegion(at: base, bytes: size)
      try unsafe memory.withBytes(ofRegion: memory.regionCount - 1) { (bytes) throws(SystemError) in
        var done = 0
        while done < size {
          let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
          let count = try unsafe file.fill(room)
          guard count > 0 else { throw SystemError("\(path) has become shorter", code: EIO) }
          done += count
        }
      }
    } catch let error as CommandFailure {
      throw error
    } catch let error as SystemError {
      throw CommandFailure(.badInput, error.description)
    } catch let error as MemoryError {
      throw CommandFailure(.badInput, "\(path): \(error)")
    } catch {
      throw CommandFailure(.failed, "\(error)")
    }
  }
}
