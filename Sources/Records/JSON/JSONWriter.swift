/// Writes JSON: members in the order in which they are given, compact or indented.
///
/// The same calls give the same bytes. The caller keeps keys and values in step; what it leaves open
/// is a mistake of the program and stops it.
public struct JSONWriter: Sendable {
  /// How the text is laid out.
  public enum Layout: Sendable {
    /// On one line, without a space.
    case compact
    /// A member on each line, indented by two spaces a level.
    case indented
  }

  /// What has been written.
  public private(set) var bytes: [UInt8] = []
  private let layout: Layout
  private var depth = 0
  private var isAtStart = true
  private var followsKey = false

  /// A writer that has written nothing.
  public init(_ layout: Layout = .compact) { self.layout = layout }

  /// Forgets what has been written, but keeps the room it took.
  public mutating func removeAll() {
    precondition(depth == 0, "an object or array is still open")
    bytes.removeAll(keepingCapacity: true)
    isAtStart = true
  }

  /// Ends a line of NDJSON, or a text.
  public mutating func endLine() {
    precondition(depth == 0, "an object or array is still open")
    bytes.append(UInt8(ascii: "\n"))
    isAtStart = true
  }

  // MARK: Structure

  /// Opens an object.
  @inline(__always)
  public mutating func beginObject() { begin(UInt8(ascii: "{")) }

  /// Closes the object that was opened last.
  @inline(__always)
  public mutating func endObject() { close(UInt8(ascii: "}")) }

  /// Opens an array.
  @inline(__always)
  public mutating func beginArray() { begin(UInt8(ascii: "[")) }

  /// Closes the array that was opened last.
  @inline(__always)
  public mutating func endArray() { close(UInt8(ascii: "]")) }

  /// Writes the key of the value that comes next.
  public mutating func key(_ key: String) {
    separate()
    quote(key)
    bytes.append(UInt8(ascii: ":"))
    if layout == .indented { bytes.append(UInt8(ascii: " ")) }
    followsKey = true
  }

  // MARK: Values

  /// Writes a string.
  public mutating func value(_ string: String) {
    separate()
    quote(string)
  }

  /// Writes a number.
  public mutating func value(_ number: UInt64) {
    separate()
    decimal(number)
  }

  /// Writes a number.
  public mutating func value(_ number: Int) {
    separate()
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    decimal(UInt64(number.magnitude))
  }

  /// Writes a number, however long.
  public mutating func value(_ number: Int128) {
    separate()
    bytes += number.description.utf8
  }

  /// Writes a number with a fixed count of decimal places, rounded half away from zero.
  public mutating func decimal(_ number: Double, places: Int) {
    precondition(number.isFinite, "JSON has no infinities")
    separate()
    var scale: Double = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    let whole = UInt64(scaled / scale)
    if number < 0, scaled > 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(contentsOf: String(whole).utf8)
    guard places > 0 else { return }
    let fraction = String(UInt64(scaled - Double(whole) * scale))
    bytes.append(UInt8(ascii: "."))
    bytes.append(
      contentsOf: repeatElement(UInt8(ascii: "0"), count: places - fraction.utf8.count))
    bytes.append(contentsOf: fraction.utf8)
  }

  /// Writes a finite number with the fewest digits that give it back.
  public mutating func value(_ number: Double) {
    precondition(number.isFinite, "JSON has no number that is not finite")
    separate()
    bytes.append(contentsOf: number.description.utf8)
  }

  /// Writes `true` or `false`.
  public mutating func value(_ boolean: Bool) {
    separate()
    bytes.append(contentsOf: (boolean ? "true" : "false").utf8)
  }

  /// Writes `null`.
  public mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Writes a number as the string `"0x…"`, without leading zeros.
  public mutating func hex(_ number: UInt64) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: "0"))
    bytes.append(UInt8(ascii: "x"))
    var shift = (63 - (number | 1).leadingZeroBitCount) & ~3
    while shift >= 0 {
      bytes.append(HexDigit.digit((number >> UInt64(shift)) & 15))
      shift -= 4
    }
    bytes.append(UInt8(ascii: "\""))
  }

  // MARK: Inside

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    depth += 1
    isAtStart = true
  }

  private mutating func close(_ bracket: UInt8) {
    precondition(depth > 0 && !followsKey, "nothing is open, or a key waits for its value")
    depth -= 1
    if layout == .indented, !isAtStart { breakLine() }
    bytes.append(bracket)
    isAtStart = false
  }

  @inline(__always)
  private mutating func separate() {
    if followsKey {
      followsKey = false
      return
    }
    if !isAtStart { bytes.append(UInt8(ascii: ",")) }
    isAtStart = false
    if layout == .indented, depth > 0 { breakLine() }
  }

  private mutating func breakLine() {
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<2 * depth { bytes.append(UInt8(ascii: " ")) }
  }

  private mutating func decimal(_ number: UInt64) {
    if number < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(number))
      return
    }
    let start = bytes.count
    var rest = number
    while rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }

  private mutating func quote(_ string: String) {
    bytes.append(UInt8(ascii: "\""))
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    ) {
      bytes.append(contentsOf: string.utf8)
    } else {
      for byte in string.utf8 { escape(byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0x0a: bytes.append(contentsOf: "\\n".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x00..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(HexDigit.digit(UInt64(byte >> 4)))
      bytes.append(HexDigit.digit(UInt64(byte & 15)))
    default: bytes.append(byte)
    }
  }
}
