/// How well a number is known, from the best to the worst.
public enum Grade: String, Sendable, Hashable, CaseIterable {
  /// Measured on the profile's own machine by its user.
  case calibrated
  /// Read in the primary text of whoever measured it.
  case read
  /// Worked out from numbers that were read.
  case derived
  /// Read in the abstract of a paper.
  case abstract
  /// Read where somebody tells of it.
  case secondary
  /// Measured, but on another machine than the profile's.
  case borrowed
  /// Stated by the texts that asked for this model, which name no measurement.
  case textbook
  /// Remembered, and not looked up again.
  case memory
  /// Nobody's figure: what its note says is taken for it.
  case assumed
}

extension Grade: Comparable {
  /// Whether a number of the left grade is better known than one of the right grade.
  public static func < (left: Self, right: Self) -> Bool { left.place < right.place }

  private var place: Int {
    switch self {
    case .calibrated: 0
    case .read: 1
    case .derived: 2
    case .abstract: 3
    case .secondary: 4
    case .borrowed: 5
    case .textbook: 6
    case .memory: 7
    case .assumed: 8
    }
  }
}
