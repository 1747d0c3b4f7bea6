/// A published time of a page that came over a link.
public struct ValidationTransfer: Sendable, Hashable {
  /// The page's bytes.
  public let bytes: UInt64
  /// How long it took, in picoseconds.
  public let picoseconds: UInt64
  /// The row that says so.
  public let row: String

  /// A published time.
  public init(bytes: UInt64, picoseconds: UInt64, row: String) {
    self.bytes = bytes
    self.picoseconds = picoseconds
    self.row = row
  }

  /// How long bytes take on a link by themselves.
  static func picoseconds(_ bytes: UInt64, _ bitsPerSecond: UInt64) -> Double {
    Double(bytes) * 8e12 / Double(bitsPerSecond)
  }
}
