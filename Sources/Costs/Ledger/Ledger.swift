/// The counts of a run: how often each activity happened, and what components it used.
///
/// A ledger counts and knows no price: a ``Bill`` prices it by a ``CostProfile``.
public struct Ledger: Sendable, Hashable {
  @usableFromInline
  var events: [UInt64]
  @usableFromInline
  var amounts: [UInt64]
  /// How often a touch met so many cascades before it was done; the last counts all deeper ones too.
  public private(set) var cascadeDepths: [UInt64]

  /// The depths of cascades that are told apart.
  public static let depths = 64

  /// An empty ledger.
  public init() {
    events = Array(repeating: 0, count: Activity.all.count)
    amounts = Array(repeating: 0, count: Activity.all.count * Component.allCases.count)
    cascadeDepths = Array(repeating: 0, count: Self.depths)
  }

  /// Counts an activity, `times` times.
  @inlinable
  public mutating func count(_ activity: Activity, times: UInt64 = 1) {
    events[activity.number] &+= times
  }

  /// Counts what an activity used.
  @inlinable
  public mutating func use(_ component: Component, _ amount: UInt64 = 1, for activity: Activity) {
    amounts[activity.number &* Component.allCases.count &+ Int(component.rawValue)] &+= amount
  }

  /// Counts a touch that met `depth` cascades, `times` times.
  public mutating func countCascade(depth: Int, times: UInt64 = 1) {
    cascadeDepths[min(depth, Self.depths - 1)] += times
  }

  /// How often an activity happened.
  public func count(of activity: Activity) -> UInt64 { events[activity.number] }

  /// How much of a component an activity used.
  public func amount(of component: Component, for activity: Activity) -> UInt64 {
    amounts[activity.number * Component.allCases.count + Int(component.rawValue)]
  }

  /// How much of a component was used for anything.
  public func amount(of component: Component) -> UInt64 {
    Activity.all.reduce(0) { $0 + amount(of: component, for: $1) }
  }

  /// How many faults there were of a kind.
  public func faults(_ kind: FaultKind) -> UInt64 {
    switch kind {
    case .guest: GuestFault.allCases.reduce(0) { $0 + count(of: .guest($1)) }
    default: FaultEvent.all.reduce(0) { $1.kind == kind ? $0 + count(of: .fault($1)) : $0 }
    }
  }

  /// The exits of the second stage: the faults of all kinds but the guest's own.
  public var exits: UInt64 { FaultEvent.all.reduce(0) { $0 + count(of: .fault($1)) } }

  /// Adds the counts of another ledger.
  public static func += (ledger: inout Ledger, other: Ledger) { ledger.add(other, times: 1) }

  /// Adds the counts of another ledger, so many times.
  public mutating func add(_ other: Ledger, times: UInt64) {
    for number in events.indices { events[number] += other.events[number] * times }
    for number in amounts.indices { amounts[number] += other.amounts[number] * times }
    for depth in cascadeDepths.indices {
      cascadeDepths[depth] += other.cascadeDepths[depth] * times
    }
  }

  /// What was counted since the ledger was `earlier`.
  public func since(_ earlier: Ledger) -> Ledger {
    var difference = self
    for number in events.indices { difference.events[number] -= earlier.events[number] }
    for number in amounts.indices { difference.amounts[number] -= earlier.amounts[number] }
    for depth in cascadeDepths.indices {
      difference.cascadeDepths[depth] -= earlier.cascadeDepths[depth]
    }
    return difference
  }
}
