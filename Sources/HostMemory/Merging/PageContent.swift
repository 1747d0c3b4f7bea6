/// What is in a page, as an identity: two pages are equal if their identities are.
///
/// Merging asks only whether pages are equal, so the model keeps no bytes.
public struct PageContent: Hashable, Sendable {
  /// The identity, any 64 bits.
  public let identity: UInt64

  /// A content by its identity.
  @inlinable
  public init(_ identity: UInt64) { self.identity = identity }

  /// The page of zeros, which some kernels treat apart.
  public static let zero = Self(0)

  /// What stands for the 32-bit checksum of the page's bytes.
  ///
  /// The scanner uses it only to notice that a page has changed since its last visit. Of two contents
  /// one in 2³² pairs shares a checksum, as with any good hash; which pairs is the hash's own affair.
  @inlinable
  var checksum: UInt32 {
    // The checksum of zeros must not be 0, which a page has before its first visit.
    let word = identity ^ 0x9e37_79b9_7f4a_7c15
    let mixed = (word ^ (word >> 33)) &* 0xff51_afd7_ed55_8ccd
    return UInt32(truncatingIfNeeded: (mixed ^ (mixed >> 29)) >> 16)
  }

  /// The bits that choose a place in a table.
  @inlinable
  func hash(node: UInt8) -> UInt64 {
    let mixed = ((identity ^ (identity >> 32)) &+ UInt64(node)) &* 0x9e37_79b9_7f4a_7c15
    return mixed ^ (mixed >> 32) &* 0xbf58_476d_1ce4_e5b9
  }
}
