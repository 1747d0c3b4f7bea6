import Guests
import HostMemory
import Paging

/// Takes the lines of a trace over, in the format of the first one unless it is given.
struct ReplayLines {
  private(set) var trace = ReferenceTrace()
  private(set) var format: ReplayFormat?
  private let pageShift: UInt64
  private var reader: TraceReader

  init(_ format: ReplayFormat?, pageShift: UInt64) {
    self.format = format
    self.pageShift = pageShift
    reader = TraceReader(format?.addressFormat)
  }

  /// Takes a line over.
  mutating func add(_ bytes: [UInt8], _ range: Range<Int>) throws(TraceProblem) {
    if format == nil, Self.isDecimal(bytes, range) { format = .pages }
    if format == .pages {
      guard let reference = try PageLine.reference(bytes, in: range) else { return }
      trace.append(reference.page, isWrite: reference.isWrite)
      return
    }
    guard let access = try reader.access(bytes, in: range) else { return }
    if format == nil, let found = reader.format { format = ReplayFormat(rawValue: found.rawValue) }
    trace.append(access.address.value >> pageShift, isWrite: access.kind == .write)
  }

  /// Whether a line is what only a list of page numbers starts with: a decimal number, and perhaps a
  /// letter for what the reference does.
  private static func isDecimal(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    let line = bytes[range]
    let digits = line.drop { $0 == 0x20 || $0 == 0x09 }.prefix { 0x30...0x39 ~= $0 }
    guard !digits.isEmpty, (try? PageLine.reference(bytes, in: range)) != nil else { return false }
    return !line[digits.startIndex...].starts(with: "0x".utf8)
  }
}
