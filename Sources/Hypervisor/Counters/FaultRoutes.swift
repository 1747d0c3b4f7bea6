public import Costs
public import HostMemory

/// Pages of a file that a fault has taken from the host's page cache.
public struct FilePages: Sendable, Hashable {
  /// The number of the first one in the machine's memory, whose slots lie one after another.
  public let first: Int
  /// How many there are.
  public let order: FrameOrder
}

/// The faults of a machine one by one, each as the route that its resolution took, and what the host did
/// without a fault.
///
/// A run takes few routes and takes them often: a route is an event with all that its resolution used.
public struct FaultRoutes: Sendable {
  /// An activity with all that it used.
  public struct Route: Sendable, Hashable {
    /// The activity: a fault, or work that the host did without one.
    public let activity: Activity
    /// One such activity and its components.
    public let ledger: Ledger

    /// The event, if it was a fault.
    public var event: FaultEvent? {
      if case .fault(let event) = activity { return event }
      return nil
    }
  }

  private struct Key: Hashable {
    let activity: Activity
    let work: FaultWork
  }

  /// The routes, in the order in which they were first taken.
  public private(set) var routes: [Route] = []
  /// Which routes were taken since the last ``VirtualMachine/removeTakenRoutes()``.
  public private(set) var taken: [Int] = []
  /// The pages that came from a file which all machines share, and for which of the taken routes.
  private var filePages: [(place: Int, pages: FilePages)] = []
  private var numbers: [Key: Int] = [:]
  /// The activity that was noted last: as a rule the next one is the same, and to compare its words takes
  /// less than to hash them.
  private var last = Key(activity: .access, work: FaultWork())
  /// The number of its route; -1 where none was noted.
  private var lastNumber = -1

  /// Forgets which routes were taken, but not the routes.
  mutating func removeTaken() {
    taken.removeAll(keepingCapacity: true)
    filePages.removeAll(keepingCapacity: true)
  }

  /// Notes pages of a file for the route that is taken next: a resolution is posted when it is done.
  mutating func noteFilePages(_ pages: FilePages) { filePages.append((taken.count, pages)) }

  /// The pages of a file that came for one of the taken routes, by its place among them.
  public func filePages(ofTaken place: Int) -> [FilePages] {
    filePages.isEmpty ? [] : filePages.filter { $0.place == place }.map(\.pages)
  }

  /// Notes an activity.
  mutating func take(_ activity: Activity, _ work: FaultWork) {
    if lastNumber >= 0, last.activity == activity, last.work == work {
      taken.append(lastNumber)
      return
    }
    last = Key(activity: activity, work: work)
    if let number = numbers[last] {
      lastNumber = number
      taken.append(number)
      return
    }
    var tally = Tally()
    switch activity {
    case .fault(let event):
      var work = work
      tally.post(event, &work)
    case .work(let kind): tally.postWork(kind, times: 1, work)
    case .guest, .access, .stoppedWalk: tally.count(activity)
    }
    lastNumber = routes.count
    numbers[last] = lastNumber
    taken.append(lastNumber)
    routes.append(Route(activity: activity, ledger: tally.ledger))
  }
}

extension VirtualMachine {
  /// The faults one by one, once ``keepsRoutes`` is set.
  public var routes: FaultRoutes? { tally.keepsRoutes ? tally.routes : nil }

  /// Whether the machine notes its faults one by one.
  public var keepsRoutes: Bool {
    get { tally.keepsRoutes }
    set {
      if !newValue { tally.routes = FaultRoutes() }
      tally.keepsRoutes = newValue
    }
  }

  /// Hands over the numbers of the routes that were taken so far, in their order, with the routes and the
  /// pages of a shared file that came for each, and forgets which they were.
  ///
  /// They are read where they lie: a copy of ``routes`` would make the next note one of another array.
  public mutating func handOverTakenRoutes(_ receive: (Int, FaultRoutes, [FilePages]) -> Void) {
    guard !tally.routes.taken.isEmpty else { return }
    for place in 0..<tally.routes.taken.count {
      receive(tally.routes.taken[place], tally.routes, tally.routes.filePages(ofTaken: place))
    }
    tally.routes.removeTaken()
  }

  /// Forgets which routes were taken so far, but not the routes.
  public mutating func removeTakenRoutes() { tally.routes.removeTaken() }
}
