/// A pseudo-random order of the numbers below a count, which takes no memory.
///
/// It is a Feistel network over the smallest power of two that holds all numbers, walked on from a
/// number beyond the count until one below it comes (Black and Rogaway, "Ciphers with Arbitrary Finite
/// Domains", 2002): one to one, and undone by taking the rounds in reverse.
public struct IndexPermutation: Sendable, Hashable {
  /// How many numbers there are.
  public let count: UInt64
  private let seed: UInt64
  private let lowBits: UInt64
  private let lowMask: UInt64
  private let highMask: UInt64
  /// Even: each pair of rounds mixes either half with the other.
  private static let rounds: UInt64 = 6

  /// The order of the numbers below `count` that `seed` chooses.
  ///
  /// - Precondition: `count` is not 0.
  public init(count: UInt64, seed: UInt64) {
    precondition(count > 0, "there must be numbers to put into an order")
    self.count = count
    self.seed = seed
    let bits = max(2, UInt64(64 - (count - 1).leadingZeroBitCount))
    lowBits = bits / 2
    lowMask = 1 << lowBits - 1
    highMask = (~0 >> (64 - bits)) >> lowBits
  }

  /// The number that comes at a place.
  public subscript(place: UInt64) -> UInt64 {
    precondition(place < count, "the place must be below the count")
    var number = place
    repeat { number = encrypt(number) } while number >= count
    return number
  }

  /// The place at which a number comes.
  public func place(of number: UInt64) -> UInt64 {
    precondition(number < count, "the number must be below the count")
    var place = number
    repeat { place = decrypt(place) } while place >= count
    return place
  }

  @inline(__always)
  private func encrypt(_ number: UInt64) -> UInt64 {
    var low = number & lowMask
    var high = number &>> lowBits
    var round: UInt64 = 0
    while round < Self.rounds {
      high ^= mix(low, round) & highMask
      low ^= mix(high, round &+ 1) & lowMask
      round &+= 2
    }
    return high &<< lowBits | low
  }

  @inline(__always)
  private func decrypt(_ number: UInt64) -> UInt64 {
    var low = number & lowMask
    var high = number &>> lowBits
    var round = Self.rounds
    while round > 0 {
      round &-= 2
      low ^= mix(high, round &+ 1) & lowMask
      high ^= mix(low, round) & highMask
    }
    return high &<< lowBits | low
  }

  /// Bits that depend on a half, the round and the seed: the finaliser of SplitMix64.
  @inline(__always)
  private func mix(_ half: UInt64, _ round: UInt64) -> UInt64 {
    var word = half &+ seed &+ (round &+ 1) &* 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word &>> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word &>> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word &>> 31)
  }
}
