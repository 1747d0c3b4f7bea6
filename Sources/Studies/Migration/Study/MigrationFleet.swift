/// What became of all machines of a study, in the order in which they were moved.
public struct MigrationFleet: Sendable, Hashable {
  /// What became of each.
  public let machines: [MigrationOutcome]
  /// When the migration of each began, in picoseconds from the start of the first.
  public let starts: [Int64]

  /// Machines that are moved so many at the same time: the next follows when one has gone.
  init(_ machines: [MigrationOutcome], atOnce: Int) {
    self.machines = machines
    var lanes = Array(repeating: Int64(0), count: max(1, min(atOnce, machines.count)))
    var starts: [Int64] = []
    for machine in machines {
      var lane = 0
      for number in lanes.indices where lanes[number] < lanes[lane] { lane = number }
      starts.append(lanes[lane])
      lanes[lane] += machine.total
    }
    self.starts = starts
  }

  /// When the last has gone or was given up.
  public var total: Int64 {
    zip(starts, machines).map { $0 + $1.total }.max() ?? 0
  }

  /// The bytes that were sent.
  public var bytes: UInt64 { machines.reduce(0) { $0 + $1.bytes } }

  /// How many were moved.
  public var moved: Int { machines.count { $0.end != .gaveUp } }

  /// The longest that a guest stood still, in picoseconds.
  public var longestDowntime: Int64? { machines.compactMap(\.downtime).max() }
}

extension MigrationStudy {
  /// Moves all machines; each is played by one thread, and how many there are shows nowhere.
  public func runAll(
    threads: Int, finished: @Sendable (Int) -> Void = { _ in }
  ) throws(MigrationError) -> MigrationFleet {
    let results = IndependentWork.results(of: machines, threads: threads, finished: finished) {
      number in
      Result { () throws(MigrationError) in try run(machine: number) }
    }
    var outcomes: [MigrationOutcome] = []
    for result in results { outcomes.append(try result.get()) }
    return MigrationFleet(outcomes, atOnce: atOnce)
  }
}
