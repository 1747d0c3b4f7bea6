/// Why it can't be said how many machines fit.
public enum DensityError: Error, Sendable, Hashable {
  /// There is no kind of machine.
  case noMachines
  /// What must be there does not fit.
  case leastDoNotFit
  /// A kind of machine needs a pool of huge pages that the host has not.
  case noPool(flavour: String, pageBytes: UInt64)
  /// Nothing keeps a kind of machine from being there without end.
  case unbounded
  /// A machine is of another architecture than the host.
  case foreignMachine(flavour: String)
  /// A boot time is asked for and a kind of machine has no boot.
  case noBoot(flavour: String)
  /// The machines' boot has no outcome.
  case storm(StormError)
  /// The fleet whose pages are merged can't be.
  case merging(String)
  /// A machine's guest can't be.
  case guest(flavour: String, String)
}

extension DensityError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .noMachines: "At least one kind of virtual machine is needed."
    case .leastDoNotFit: "The fewest machines that there must be don't fit together."
    case .noPool(let flavour, let bytes):
      "The machines “\(flavour)” need a pool of pages of \(bytes >> 20) MiB, and the host has none."
    case .unbounded: "Nothing that has an end keeps the machines from being there without end."
    case .foreignMachine(let flavour):
      "The machines “\(flavour)” have tables of another architecture than the host."
    case .noBoot(let flavour):
      "The machines “\(flavour)” need a “guest” that says what they do while they boot."
    case .storm(let error): "\(error)"
    case .merging(let problem): "The machines' pages can't be merged: \(problem)"
    case .guest(let flavour, let problem):
      "The guest of the machines “\(flavour)” can't be: \(problem)"
    }
  }
}
