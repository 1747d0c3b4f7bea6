/// A random generator with a seed: the same seed gives the same numbers on every machine.
///
/// It is SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
public struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  /// A generator that starts at `seed`.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 { Self.mix(advance()) }

  /// A number below `bound`, which is not 0; each is equally likely.
  ///
  /// The high half of a product picks the number, and the few products that would favour some numbers
  /// are drawn again (Lemire, "Fast Random Integer Generation in an Interval", 2019).
  @inlinable
  public mutating func below(_ bound: UInt64) -> UInt64 {
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let unfair = (0 &- bound) % bound
      while product.low < unfair { product = next().multipliedFullWidth(by: bound) }
    }
    return product.high
  }

  /// A number from 0 up to but not including 1: a multiple of 2⁻⁵³.
  @inlinable
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  @usableFromInline
  mutating func advance() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return state
  }

  /// Bits that depend on all bits of `word`.
  @inlinable
  public static func mix(_ word: UInt64) -> UInt64 {
    var word = word
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}
