public import HostMemory
public import Hypervisor
import Paging

/// The same migration with each way of tracking writes, side by side.
public struct MigrationComparison: Sendable, Hashable {
  /// A way of tracking on a size of pages.
  public struct Choice: Sendable, Hashable {
    /// How writes are tracked.
    public var mechanism: DirtyMechanism
    /// The largest pages of both hosts.
    public var backing: FrameOrder
    /// What becomes of large pages; nothing where there are none.
    public var splitting: LogSplitting?
  }

  /// What became of a choice.
  public struct Row: Sendable, Hashable {
    /// The choice.
    public let choice: Choice
    /// What became of the machines that were played: one of the study's by itself, or all.
    public let fleet: MigrationFleet

    /// What became of the first of those that were played.
    public var outcome: MigrationOutcome { fleet.machines[0] }
  }

  /// The choices that a study's processors have.
  public static func choices(
    for study: MigrationStudy, mechanisms: [DirtyMechanism], backings: [FrameOrder],
    splittings: [LogSplitting]
  ) -> [Choice] {
    var choices: [Choice] = []
    for mechanism in mechanisms where study.has(mechanism) {
      for backing in backings where study.memoryBytes >= backing.bytes {
        guard backing != .small else {
          choices.append(Choice(mechanism: mechanism, backing: backing, splitting: nil))
          continue
        }
        choices += splittings.map {
          Choice(mechanism: mechanism, backing: backing, splitting: $0)
        }
      }
    }
    return choices
  }

  /// Plays the choices for one of the study's machines by itself, or for all; how many threads do it
  /// shows nowhere.
  public static func run(
    _ study: MigrationStudy, _ choices: [Choice], machine: Int? = 0, threads: Int,
    finished: @Sendable (Int) -> Void = { _ in }
  ) throws(MigrationError) -> [Row] {
    let results = IndependentWork.results(
      of: choices.count, threads: threads, finished: finished
    ) { number in
      var study = study
      study.tracking.mechanism = choices[number].mechanism
      study.tracking.splitting = choices[number].splitting
      study.backing = choices[number].backing
      // A dirty limit goes by rings; without them nothing slows the guest down.
      if !study.problems.isEmpty { study.precopy.brake = .none }
      return Result { () throws(MigrationError) in
        guard let machine else { return try study.runAll(threads: 1) }
        return MigrationFleet([try study.run(machine: machine)], starts: [0])
      }
    }
    var rows: [Row] = []
    for (choice, result) in zip(choices, results) {
      rows.append(Row(choice: choice, fleet: try result.get()))
    }
    return rows
  }
}

extension MigrationStudy {
  /// Whether the study's processors have a mechanism.
  public func has(_ mechanism: DirtyMechanism) -> Bool {
    !mechanism.logsModifications || host == .ept4 || host == .ept5
  }
}
