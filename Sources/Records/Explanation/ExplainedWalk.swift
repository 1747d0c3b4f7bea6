public import Paging

/// A walk with everything that it takes to tell it.
public struct ExplainedWalk: Sendable, Hashable {
  /// The access, and all registers that it was made under.
  public let record: TranslateRecord
  /// The format of the guest's tables; nothing where stage 1 is off.
  public let guestFormat: GuestFormat?
  /// The format of the hypervisor's tables; nothing where stage 2 is off.
  public let hostFormat: HostFormat?
  /// The table reads in the order in which they were made.
  public let steps: [WalkStep]
  /// What the walk has left of each step's entry.
  public let entriesAfter: [UInt64]
  /// What became of the access.
  public let outcome: Outcome
  /// What PAR_EL1 holds afterwards, if an Arm address translation instruction made the access and it
  /// arrived.
  public let parEL1: UInt64?

  /// The architecture.
  public var isa: ISA { record.registers.isa }
  /// The address that the program used.
  public var address: GuestVirtual { record.address }
  /// The access that the program made.
  public var access: Access { record.access }

  /// What stopped the walk, if something did.
  public var failure: WalkFailure? {
    if case .failed(let failure, _) = outcome { failure } else { nil }
  }

  /// Whether the walk has left the given memory, so that there is no answer.
  public var leavesMemory: Bool { failure?.reason == .absentMemory }

  /// What the reads of one round are made for: one entry of a guest table, or the access itself.
  public struct Round: Sendable, Hashable {
    /// The level of the guest table, counted from the leaf; nothing for the access itself.
    public let guestLevel: Int?
    /// The guest-physical address that the round translates, if it came to that.
    public let guestPhysical: GuestPhysical?
    /// The places of the round's steps among all steps.
    public let steps: Range<Int>
  }

  /// The rounds of the walk: the rows of the two-dimensional picture.
  ///
  /// The lookups that an update makes are no part of it.
  public var rounds: [Round] {
    var rounds: [Round] = []
    var start = 0
    for (number, step) in steps.enumerated() {
      switch (step.stage, step.context) {
      case (.second, .tableUpdate):
        start = number + 1
      case (.first, _):
        rounds.append(
          Round(
            guestLevel: step.level, guestPhysical: GuestPhysical(step.address),
            steps: start..<number + 1))
        start = number + 1
      case (.second, _): break
      }
    }
    switch outcome {
    case .translated(let found):
      if start < steps.count || steps.isEmpty {
        rounds.append(
          Round(
            guestLevel: nil, guestPhysical: found.guestPhysical, steps: start..<steps.count))
      }
    case .failed(let failure, _):
      if start < steps.count {
        rounds.append(
          Round(
            guestLevel: failure.context == .finalAccess && failure.stage == .second
              ? nil : failure.guestLevel ?? failure.level,
            guestPhysical: failure.guestPhysical, steps: start..<steps.count))
      }
    case .refused: break
    }
    return rounds
  }

  /// The entries that the walk has changed, by the places of their first reads among the steps.
  public var changedSteps: [Int] {
    var seen: Set<HostPhysical> = []
    var changed: [Int] = []
    for number in steps.indices where steps[number].entry != entriesAfter[number] {
      if seen.insert(steps[number].place).inserted { changed.append(number) }
    }
    return changed
  }

  /// The number of each step among the reads that are counted; nothing for the lookups of an update.
  public var readNumbers: [Int?] {
    var count = 0
    return steps.map { step in
      guard step.context != .tableUpdate else { return nil }
      count += 1
      return count
    }
  }
}
