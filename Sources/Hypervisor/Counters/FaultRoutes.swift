public import Costs

/// The faults of a machine one by one, each as the route that its resolution took.
///
/// A run takes few routes and takes them often: a route is an event with all that its resolution used.
public struct FaultRoutes: Sendable {
  /// An event with all that its resolution used.
  public struct Route: Sendable, Hashable {
    /// The event.
    public let event: FaultEvent
    /// One such event and its components.
    public let ledger: Ledger
  }

  private struct Key: Hashable {
    let event: FaultEvent
    let work: FaultWork
  }

  /// The routes, in the order in which they were first taken.
  public private(set) var routes: [Route] = []
  /// Which routes were taken since the last ``removeTaken()``.
  public private(set) var taken: [Int] = []
  private var numbers: [Key: Int] = [:]

  /// Forgets which routes were taken, but not the routes.
  mutating func removeTaken() { taken.removeAll(keepingCapacity: true) }

  /// Notes a fault.
  mutating func take(_ event: FaultEvent, _ work: FaultWork) {
    let key = Key(event: event, work: work)
    if let number = numbers[key] {
      taken.append(number)
      return
    }
    var tally = Tally()
    tally.post(event, work)
    numbers[key] = routes.count
    taken.append(routes.count)
    routes.append(Route(event: event, ledger: tally.ledger))
  }
}

extension VirtualMachine {
  /// The faults one by one, once ``keepsRoutes`` is set.
  public var routes: FaultRoutes? { tally.routes }

  /// Whether the machine notes its faults one by one.
  public var keepsRoutes: Bool {
    get { tally.routes != nil }
    set { tally.routes = newValue ? tally.routes ?? FaultRoutes() : nil }
  }

  /// Forgets which routes were taken so far, but not the routes.
  public mutating func removeTakenRoutes() { tally.routes?.removeTaken() }
}
