import Costs
import HostMemory

/// The ledger of a machine while it runs: words that are added to without a check.
struct Tally: ~Copyable {
  private var events: FlatWords
  private var amounts: FlatWords
  private var depths: FlatWords
  /// Whether someone wants to know the faults one by one.
  var keepsRoutes = false
  /// The faults one by one, if so.
  var routes = FaultRoutes()
  /// The words of a row: more than there are components, so that a row is found by a shift.
  private static var components: Int { 64 }

  init() {
    precondition(Component.allCases.count <= Self.components, "a row has no room for components")
    events = FlatWords(count: Activity.all.count)
    amounts = FlatWords(count: Activity.all.count * Self.components)
    depths = FlatWords(count: Ledger.depths)
  }

  /// Counts an activity.
  @inline(__always)
  mutating func count(_ activity: Activity, times: UInt64 = 1) {
    events.add(times, to: activity.number)
  }

  /// Counts what an activity used.
  @inline(__always)
  mutating func use(_ component: Component, _ amount: UInt64 = 1, for activity: Activity) {
    amounts.add(
      amount, to: activity.number &* Self.components &+ Int(truncatingIfNeeded: component.rawValue))
  }

  /// Counts a touch that met so many cascades.
  @inline(__always)
  mutating func countCascade(depth: Int) { depths.add(1, to: min(depth, Ledger.depths &- 1)) }

  /// The counts so far.
  var ledger: Ledger {
    var ledger = Ledger()
    for activity in Activity.all {
      ledger.count(activity, times: events[activity.number])
      for component in Component.allCases {
        let place = activity.number * Self.components + Int(component.rawValue)
        if amounts[place] > 0 { ledger.use(component, amounts[place], for: activity) }
      }
    }
    for depth in 0..<Ledger.depths where depths[depth] > 0 {
      ledger.countCascade(depth: depth, times: depths[depth])
    }
    return ledger
  }
}
