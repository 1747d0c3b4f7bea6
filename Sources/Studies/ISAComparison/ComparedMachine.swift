public import Costs
public import Hypervisor
public import Paging

/// One column of a comparison: what is run, and what prices it.
public struct ComparedMachine: Sendable, Hashable {
  /// The tables of a machine.
  public enum Tables: Sendable, Hashable {
    /// A guest's format over a hypervisor's.
    case twoStages(GuestFormat, HostFormat)
    /// Two hypervisors, by a scheme.
    case nested(NestingScheme)
  }

  /// The tables.
  public let tables: Tables
  /// What prices the work.
  public let profile: CostProfile

  /// A machine with these tables, priced by a profile.
  public init(_ tables: Tables, _ profile: CostProfile) {
    self.tables = tables
    self.profile = profile
  }

  /// The architecture of the tables.
  public var isa: ISA {
    switch tables {
    case .twoStages(_, let host): host.isa
    case .nested: .x86
    }
  }
}
