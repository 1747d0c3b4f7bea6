import Paging

/// Reads the lines of a recorded trace, one at a time.
///
/// Without a format given, the first line that holds an access tells it.
public struct TraceReader: Sendable {
  /// The format of the lines, once it is known.
  public private(set) var format: TraceFormat?

  /// A reader of lines in a format, or in the format of the first one.
  public init(_ format: TraceFormat? = nil) { self.format = format }

  /// The access of a line; nothing for an empty line, a comment or one of the recorder's own messages.
  public mutating func access(
    _ bytes: [UInt8], in range: Range<Int>
  ) throws(TraceProblem) -> TraceAccess? {
    let line = TraceLine(bytes, range)
    var start = line
    start.skipSpaces()
    if start.isAtEnd || bytes[start.index] == UInt8(ascii: "#") { return nil }
    // Valgrind writes “==” and its process before its own messages, and “--” with -v.
    if start.index + 1 < line.range.upperBound, bytes[start.index] == bytes[start.index + 1],
      [UInt8(ascii: "="), UInt8(ascii: "-")].contains(bytes[start.index])
    {
      return nil
    }
    if let format { return try Self.access(line, format) }
    for format in TraceFormat.allCases {
      do {
        let access = try Self.access(line, format)
        self.format = format
        return access
      } catch {
        continue
      }
    }
    throw line.problem(
      at: start.index,
      "it must be an access as lackey writes it (“ L 1ffeffe7e0,8”), a sample of perf mem or perf"
        + " script, or a hexadecimal address")
  }

  private static func access(
    _ line: TraceLine, _ format: TraceFormat
  ) throws(TraceProblem) -> TraceAccess? {
    switch format {
    case .lackey: try lackey(line)
    case .perfMem: try perfMem(line)
    case .perfScript: try perfScript(line)
    case .addresses: try address(line)
    }
  }

  /// `I  addr,size`, ` L addr,size`, ` S addr,size` and ` M addr,size`, which loads and then stores.
  private static func lackey(_ line: TraceLine) throws(TraceProblem) -> TraceAccess {
    var line = line
    line.skipSpaces()
    let start = line.index
    guard let word = line.field(), word.count == 1, let kind = kind(line.bytes[start]) else {
      throw line.problem(at: start, "the access must be “I”, “L”, “S” or “M”")
    }
    line.skipSpaces()
    guard let field = line.field() else {
      throw line.problem(at: line.index, "an address, a comma and a size must follow")
    }
    guard let comma = line.bytes[field].firstIndex(of: UInt8(ascii: ",")),
      let address = line.hexadecimal(field.lowerBound..<comma)
    else {
      throw line.problem(
        at: field.lowerBound, "it must be a hexadecimal address, a comma and a size")
    }
    guard let bytes = line.decimal(comma + 1..<field.upperBound), bytes > 0, bytes <= 1 << 20 else {
      throw line.problem(at: comma + 1, "the size must be a decimal number of bytes")
    }
    try end(&line)
    return TraceAccess(GuestVirtual(address), kind, bytes: bytes)
  }

  private static func kind(_ letter: UInt8) -> Access.Kind? {
    switch letter {
    case UInt8(ascii: "I"): .fetch
    case UInt8(ascii: "L"): .read
    case UInt8(ascii: "S"), UInt8(ascii: "M"): .write
    default: nil
    }
  }

  /// Columns of `perf mem report -D`: PID, TID, IP, ADDR, perhaps more, LOCAL WEIGHT, DSRC, SYMBOL.
  ///
  /// A sample whose address perf doesn't know has the address 0, and is passed over.
  private static func perfMem(_ line: TraceLine) throws(TraceProblem) -> TraceAccess? {
    var line = line
    for name in ["process", "thread"] {
      line.skipSpaces()
      let start = line.index
      guard let field = line.field(), line.decimal(field) != nil else {
        throw line.problem(at: start, "the number of a \(name) must stand here")
      }
    }
    line.skipSpaces()
    var start = line.index
    guard let field = line.field(), line.isPrefixed(field), line.hexadecimal(field) != nil else {
      throw line.problem(at: start, "the instruction's address must stand here")
    }
    line.skipSpaces()
    start = line.index
    guard var field = line.field(), line.isPrefixed(field) else {
      throw line.problem(at: start, "the address of the access must stand here")
    }
    // perf means to write 16 digits and writes the width's own digits before the number.
    if line.bytes[field].starts(with: "0x016".utf8), field.count > 5 {
      field = field.lowerBound + 5..<field.upperBound
    }
    guard let address = line.hexadecimal(field) else {
      throw line.problem(at: start, "the address of the access must stand here")
    }
    // The weight is the first column in decimal after it; physical addresses may come between.
    while let column = line.field() {
      guard line.decimal(column) != nil, !line.isPrefixed(column) else { continue }
      line.skipSpaces()
      start = line.index
      guard let column = line.field(), line.isPrefixed(column),
        let source = line.hexadecimal(column)
      else {
        throw line.problem(at: start, "the data source must stand here, as 0x68100142")
      }
      // PERF_MEM_OP_STORE and PERF_MEM_OP_EXEC in bits 4:0 of the data source.
      let kind: Access.Kind = source & 4 != 0 ? .write : source & 0x10 != 0 ? .fetch : .read
      return address == 0 ? nil : TraceAccess(GuestVirtual(address), kind)
    }
    throw line.problem(at: line.index, "the weight and the data source must follow")
  }

  /// A sample of `perf script`: the last field that ends in a colon is the event's name, and the
  /// address follows.
  private static func perfScript(_ line: TraceLine) throws(TraceProblem) -> TraceAccess? {
    var line = line
    var found: (address: UInt64, event: Range<Int>)?
    var before: Range<Int>?
    while let field = line.field() {
      if let before, line.bytes[before.upperBound - 1] == UInt8(ascii: ":"),
        let address = line.hexadecimal(field)
      {
        found = (address, before)
      }
      before = field
    }
    guard let found else {
      throw line.problem(
        at: line.range.lowerBound, "an event with a colon and a hexadecimal address must follow")
    }
    guard found.address != 0 else { return nil }
    let isStore =
      line.holds("OP STORE", in: line.range) || line.holds("store", in: found.event)
    return TraceAccess(GuestVirtual(found.address), isStore ? .write : .read)
  }

  private static func address(_ line: TraceLine) throws(TraceProblem) -> TraceAccess {
    var line = line
    line.skipSpaces()
    let start = line.index
    guard let field = line.field(), let address = line.hexadecimal(field) else {
      throw line.problem(at: start, "it must be a hexadecimal address of at most 64 bits")
    }
    try end(&line)
    return TraceAccess(GuestVirtual(address))
  }

  private static func end(_ line: inout TraceLine) throws(TraceProblem) {
    line.skipSpaces()
    guard line.isAtEnd else { throw line.problem(at: line.index, "the line must end before it") }
  }
}

extension TraceLine {
  /// Whether a field starts with `0x`.
  fileprivate func isPrefixed(_ field: Range<Int>) -> Bool { bytes[field].starts(with: "0x".utf8) }
}
