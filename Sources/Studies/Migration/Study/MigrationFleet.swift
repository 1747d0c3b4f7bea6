/// What became of all machines of a study, in the order in which they were moved.
public struct MigrationFleet: Sendable, Hashable {
  /// What became of each.
  public let machines: [MigrationOutcome]
  /// When the migration of each began, in picoseconds from the start of the first.
  public let starts: [Int64]

  /// Machines that began at these moments.
  init(_ machines: [MigrationOutcome], starts: [Int64]) {
    self.machines = machines
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
  /// Moves all machines: the next follows when one has gone.
  ///
  /// Machines that go one after the other are played by a thread each, and how many there are shows nowhere.
  /// Those that go at the same time share the link, and are played together.
  public func runAll(
    threads: Int, finished: @Sendable (Int) -> Void = { _ in }
  ) throws(MigrationError) -> MigrationFleet {
    guard atOnce == 1 || machines == 1 else {
      let parts = (0..<machines).map { SharedMove.Part(study: self, number: $0) }
      var move = SharedMove(parts, link, atOnce: atOnce)
      try move.run(finished: finished)
      return MigrationFleet(move.outcomes.compactMap(\.self), starts: move.starts)
    }
    let results = IndependentWork.results(of: machines, threads: threads, finished: finished) {
      number in
      Result { () throws(MigrationError) in try run(machine: number) }
    }
    var outcomes: [MigrationOutcome] = []
    var starts: [Int64] = []
    for result in results {
      starts.append((starts.last ?? 0) + (outcomes.last?.total ?? 0))
      outcomes.append(try result.get())
    }
    return MigrationFleet(outcomes, starts: starts)
  }
}
