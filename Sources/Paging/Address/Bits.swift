/// A field of an entry or a register: the bits from `low` to `high`, as the manuals write `high:low`.
struct Bits: Sendable {
  let low: UInt64
  let mask: UInt64

  /// The field that the manual writes `range.upperBound:range.lowerBound`.
  init(_ range: ClosedRange<Int>) {
    low = UInt64(range.lowerBound)
    mask = (~0 >> UInt64(63 - (range.upperBound - range.lowerBound))) << UInt64(range.lowerBound)
  }

  /// The field of one bit.
  init(_ bit: Int) { self.init(bit...bit) }

  /// The field's value in `word`, moved down to bit 0.
  @inline(__always)
  func of(_ word: UInt64) -> UInt64 { (word & mask) >> low }

  /// Whether any bit of the field is set in `word`.
  @inline(__always)
  func isSet(in word: UInt64) -> Bool { word & mask != 0 }

  /// The field holding `value`, with all other bits zero.
  @inline(__always)
  func holding(_ value: UInt64) -> UInt64 { (value << low) & mask }
}
