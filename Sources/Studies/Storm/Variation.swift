public import Guests
public import Simulation

/// What sets machines of one flavour apart, each within its bounds as it is drawn.
///
/// What is drawn of time alone changes no count, so a machine can still be counted for others. What is drawn
/// of a guest's work and touches makes a guest of its own, of which there may be so many kinds.
public struct Variation: Sendable, Hashable {
  /// How much longer a machine's launch takes at most.
  public var launch = VirtualDuration.zero
  /// By how many percent a machine's waits are longer or shorter at most.
  public var waitPercent = 0.0
  /// By how many percent a guest works longer or shorter at most.
  public var workPercent = 0.0
  /// What percent of the pages that others touch a guest doesn't.
  public var leftOutPercent = 0.0
  /// Within how many touches a guest's order is its own.
  public var window = 1
  /// How many kinds of guests there are; each machine is one of its own where nothing is said.
  public var kinds: Int?

  /// No variation.
  public init() {}

  /// Whether guests do different things, and not only the same at other times.
  public var variesGuests: Bool { workPercent > 0 || leftOutPercent > 0 || window > 1 }

  /// Whether anything is drawn that sets machines apart.
  public var isVaried: Bool { variesGuests || launch > .zero || waitPercent > 0 }

  /// How many guests of so many machines do different things.
  public func kinds(of count: Int) -> Int {
    variesGuests ? max(1, min(kinds ?? count, count)) : 1
  }

  /// A percentage in parts of 2³².
  static func parts(_ percent: Double) -> UInt64 {
    UInt64((percent / 100 * Double(GuestVariant.one)).rounded())
  }

  /// A factor that is drawn around one: each is equally likely that is no farther from it than so many
  /// percent.
  static func factor(_ percent: Double, _ generator: inout SplitMix64) -> UInt64 {
    let most = min(parts(percent), GuestVariant.one)
    return GuestVariant.one - most + generator.below(2 * most + 1)
  }

  /// The next guest that is drawn.
  public func variant(_ generator: inout SplitMix64) -> GuestVariant {
    let work = Self.factor(workPercent, &generator)
    var variant = GuestVariant(seed: generator.next())
    variant.work = work
    variant.leftOut = Self.parts(leftOutPercent)
    variant.window = window
    return variant
  }
}
