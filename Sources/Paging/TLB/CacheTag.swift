// Micro-architecture: this file can be skipped at first reading.

/// How the tag of a cached page or table is made up.
///
/// The top 16 bits name the context; the others hold the page's address, and its size by the lowest
/// bit that is set: the address is moved up by one, and the bit below it is half the page.
enum CacheTag {
  /// The width of the addresses that have a tag.
  static let addressBits: UInt64 = 59
  /// The bits of an address that a tag holds.
  static var addressMask: UInt64 { 1 &<< addressBits &- 1 }
  static let contextShift: UInt64 = 48
  /// How many contexts there can be; none is number 0, so that no tag is 0.
  static let contexts = 1 << 16

  /// A context where a tag has it.
  static func context(_ number: Int) -> UInt64 { UInt64(number) << contextShift }

  /// The tag of the page of `2^shift` bytes around `address`, without a context.
  @inline(__always)
  static func page(_ address: UInt64, _ shift: UInt64) -> UInt64 {
    (address &<< 1 & ~((2 &<< shift) &- 1) | 1 &<< shift) &>> 12
  }

  /// The number of the context of a tag.
  static func contextNumber(_ tag: UInt64) -> Int { Int(tag >> contextShift) }

  /// The size of a tag's page, as the bits of an offset in it.
  static func shift(_ tag: UInt64) -> UInt64 { 12 + UInt64(tag.trailingZeroBitCount) }

  /// Where a tag's page starts.
  static func address(_ tag: UInt64) -> UInt64 {
    let page = tag & (1 << contextShift - 1)
    return (page & (page &- 1)) << 11
  }
}
