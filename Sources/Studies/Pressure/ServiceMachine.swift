public import Costs
public import Paging

/// The virtual machine whose memory a service's is: what a hypervisor and its processors do about it.
public struct ServiceMachine: Sendable, Hashable {
  /// The format of the second stage.
  public var format: HostFormat
  /// Whether hardware sets accessed flags in it; otherwise an access after a flag was cleared faults, as the
  /// ISA has it.
  public var hasAccessFlags = true
  /// What its faults and flushes are priced by.
  public var profile: CostProfile

  /// A machine.
  public init(_ format: HostFormat, _ profile: CostProfile) {
    self.format = format
    self.profile = profile
  }

  /// What is wrong with it, each as a sentence.
  var problems: [String] {
    var problems: [String] = []
    if format == .arm16K || format == .arm64K {
      problems.append("A machine's pages are of 4 KiB, and “\(format)” has none.")
    }
    if !hasAccessFlags, format == .npt4 || format == .npt5 {
      problems.append("AMD's nested tables always have accessed flags.")
    }
    return problems
  }
}

/// What a second stage had to do for reclaim.
public struct StageTwoUse: Sendable, Hashable {
  /// Accesses that the second stage refused because nothing was mapped.
  public var violations: UInt64 = 0
  /// Those of them that brought a page back from storage.
  public var major: UInt64 = 0
  /// Faults for nothing but to see that a page was accessed.
  public var accessFaults: UInt64 = 0
  /// Entries that were looked at for accessed bits.
  public var aged: UInt64 = 0
  /// Entries that were cleared because their pages were to leave.
  public var zapped: UInt64 = 0
  /// Times that all processors had to forget something.
  public var flushes: UInt64 = 0
  /// What all of it takes by the machine's profile, in nanoseconds.
  public var nanoseconds: UInt64 = 0

  /// None yet.
  public init() {}

  /// So many times as much.
  func times(_ factor: UInt64) -> Self {
    var product = self
    product.violations *= factor
    product.major *= factor
    product.accessFaults *= factor
    product.aged *= factor
    product.zapped *= factor
    product.flushes *= factor
    product.nanoseconds *= factor
    return product
  }
}
