/// Reads lines of page numbers: a number in decimal, or in hexadecimal after `0x`, and perhaps what the
/// reference does, `r` or `w`.
public enum PageLine {
  /// A reference to a page.
  public struct Reference: Sendable, Hashable {
    /// The number of the page.
    public let page: UInt64
    /// Whether the reference writes.
    public let isWrite: Bool
  }

  /// The reference of a line; nothing for an empty line or a comment.
  public static func reference(
    _ bytes: [UInt8], in range: Range<Int>
  ) throws(TraceProblem) -> Reference? {
    var line = TraceLine(bytes, range)
    line.skipSpaces()
    if line.isAtEnd || bytes[line.index] == UInt8(ascii: "#") { return nil }
    let start = line.index
    guard let field = line.field(), let page = number(line, field) else {
      throw line.problem(at: start, "it must be the number of a page, of at most 64 bits")
    }
    line.skipSpaces()
    guard !line.isAtEnd else { return Reference(page: page, isWrite: false) }
    let place = line.index
    let letter = bytes[place] | 0x20
    guard let field = line.field(), field.count == 1,
      letter == UInt8(ascii: "r") || letter == UInt8(ascii: "w")
    else {
      throw line.problem(at: place, "after the page's number only “r” or “w” may stand")
    }
    line.skipSpaces()
    guard line.isAtEnd else { throw line.problem(at: line.index, "the line must end before it") }
    return Reference(page: page, isWrite: letter == UInt8(ascii: "w"))
  }

  private static func number(_ line: TraceLine, _ field: Range<Int>) -> UInt64? {
    if line.bytes[field].starts(with: "0x".utf8) { return line.hexadecimal(field) }
    var number: UInt64 = 0
    for byte in line.bytes[field] {
      guard 0x30...0x39 ~= byte else { return nil }
      let (tens, overflows) = number.multipliedReportingOverflow(by: 10)
      let (sum, carries) = tens.addingReportingOverflow(UInt64(byte - 0x30))
      guard !overflows, !carries else { return nil }
      number = sum
    }
    return number
  }
}
