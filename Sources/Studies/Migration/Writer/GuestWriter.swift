/// What the processors of a guest write while it is moved.
public struct GuestWriter: Sendable, Hashable {
  /// Which pages.
  public var pattern = WritePattern.uniform
  /// The memory that is written, from the start of the guest's.
  public var bytes: UInt64
  /// How fast each processor writes as long as nothing slows it, in bits of whole pages a second; 0 for
  /// one that doesn't write at all.
  public var bitsPerSecond: UInt64

  /// A writer of all pages alike.
  public init(_ pattern: WritePattern = .uniform, bytes: UInt64, bitsPerSecond: UInt64) {
    self.pattern = pattern
    self.bytes = bytes
    self.bitsPerSecond = bitsPerSecond
  }

  /// The phases that it goes through: one without end where it has none.
  var phases: [WritePhase] {
    if case .phases(let phases) = pattern { return phases }
    return [WritePhase(pattern, picoseconds: .max)]
  }

  /// The fastest that a processor writes.
  var mostBitsPerSecond: UInt64 {
    phases.map { $0.bitsPerSecond ?? bitsPerSecond }.max() ?? bitsPerSecond
  }

  /// The picoseconds from one write of a page to the next at a rate; nothing where nothing is written.
  static func interval(_ bitsPerSecond: UInt64) -> Int64? {
    guard bitsPerSecond > 0 else { return nil }
    let femto = UInt128(4096 * 8) * 1_000_000_000_000
    return Int64(max(1, (femto + UInt128(bitsPerSecond) / 2) / UInt128(bitsPerSecond)))
  }
}
