/// A string of a JSON text, left where it is: the bytes between its quotes.
public struct JSONText: Sendable, Hashable {
  /// The bytes between the quotes.
  public let range: Range<Int>
  /// Whether the bytes are the string, without an escape among them.
  public let isPlain: Bool
  /// A hash of the bytes between the quotes, for a table of names.
  let hash: UInt32

  /// The hash of an empty string, and the step to the next byte (FNV-1a).
  static let emptyHash: UInt32 = 0x811c_9dc5
  @inline(__always)
  static func hash(_ hash: UInt32, _ byte: UInt8) -> UInt32 {
    (hash ^ UInt32(byte)) &* 0x0100_0193
  }
}
