import Console
import Guests
import HostMemory

/// Reads a trace of page numbers, or of addresses, whose pages are numbered.
struct ReplayTrace {
  let format: ReplayFormat?
  /// By how many bits an address is shifted to number its page.
  let pageShift: UInt64

  /// After so many bad lines the rest is not looked at.
  private static let mostProblems = 20

  /// The references of a file, and how it was written.
  func read(_ path: FilePath) throws(CommandFailure) -> (
    trace: ReferenceTrace, format: ReplayFormat
  ) {
    do {
      let file = try path.isStandardStream ? File.standardInput() : File.reading(path.path)
      if format == .u32 || (format == nil && path.path.hasSuffix(".u32")) {
        return (try words(file), .u32)
      }
      return try lines(file)
    } catch let error as CommandFailure {
      throw error
    } catch {
      throw CommandFailure(.badInput, "\(error)")
    }
  }

  // MARK: Words

  /// Page numbers of 32 bits, the lowest byte first.
  private func words(_ file: borrowing File) throws -> ReferenceTrace {
    var trace = ReferenceTrace()
    if let size = try file.size() { trace.reserve(size / 4) }
    var buffer: [UInt8] = Array(repeating: 0, count: 1 << 20)
    var rest = 0
    var total = 0
    while true {
      let kept = rest
      let count = try unsafe buffer.withUnsafeMutableBytes { bytes in
        try unsafe file.fill(UnsafeMutableRawBufferPointer(rebasing: bytes[kept...]))
      }
      guard count > 0 else { break }
      total += count
      let filled = rest + count
      try Self.checkRoom(trace, filled / 4, file.name)
      for start in stride(from: 0, to: filled & ~3, by: 4) {
        let low = UInt64(buffer[start]) | UInt64(buffer[start + 1]) << 8
        trace.append(low | UInt64(buffer[start + 2]) << 16 | UInt64(buffer[start + 3]) << 24)
      }
      rest = filled & 3
      for byte in 0..<rest { buffer[byte] = buffer[filled - rest + byte] }
    }
    guard rest == 0 else {
      throw CommandFailure(
        .badInput,
        "\(file.name) has \(total) bytes: it must have 4 for each page number, for the format u32.")
    }
    return try Self.checked(trace, file.name)
  }

  // MARK: Lines

  private func lines(_ file: consuming File) throws -> (ReferenceTrace, ReplayFormat) {
    var source = LineSource(file)
    var lines = ReplayLines(format, pageShift: pageShift)
    var number = 0
    var problems: [String] = []
    reading: while problems.count < Self.mostProblems {
      switch source.next() {
      case .line(let range):
        number += 1
        do throws(TraceProblem) {
          try lines.add(source.bytes, range)
        } catch {
          problems.append("\(source.name):\(number):\(error.column): \(error.message)")
        }
        try Self.checkRoom(lines.trace, 1, source.name)
      case .tooLong:
        number += 1
        problems.append("\(source.name):\(number):1: the line is too long.")
      case .exhausted: try source.refill()
      case .end: break reading
      }
    }
    guard problems.isEmpty else {
      throw CommandFailure(.badInput, problems.joined(separator: "\nnestwalk replay: "))
    }
    return (try Self.checked(lines.trace, source.name), lines.format ?? .pages)
  }

  private static func checkRoom(
    _ trace: ReferenceTrace, _ more: Int, _ name: String
  ) throws(CommandFailure) {
    guard trace.count > ReferenceTrace.mostReferences - more else { return }
    throw CommandFailure(
      .badInput,
      "\(name) is too long: it can have \(ReferenceTrace.mostReferences) references at most.")
  }

  private static func checked(
    _ trace: ReferenceTrace, _ name: String
  ) throws(CommandFailure) -> ReferenceTrace {
    guard trace.count > 0 else { throw CommandFailure(.badInput, "\(name) holds no reference.") }
    return trace
  }
}
