public import Paging

/// How far memory is prepared before a guest touches it.
///
/// The three are easily confused, for each goes by the name of pre-population. They differ in the faults
/// that are left.
public enum PopulationDepth: String, Sendable, Hashable, CaseIterable {
  /// The page table of the hypervisor's process alone, as QEMU's `prealloc` and MADV_POPULATE_WRITE
  /// leave it: frames are there and are zeroed, the second stage is empty.
  ///
  /// Every page still takes its fault, which is cheaper: it finds the page in the process's table.
  case process
  /// The second stage, as after a read of every page: what KVM_PRE_FAULT_MEMORY does.
  ///
  /// A page is mapped as the process's table allows. One that nothing backs gets the frame of zeros where
  /// a read would, so that its first write faults again.
  case reading
  /// The second stage, as after a write to every page: no fault is left.
  case writing

  /// Whether the second stage is filled.
  var mapsSecondStage: Bool { self != .process }
  /// Whether the process's table is filled as by writes.
  var isWrite: Bool { self != .reading }
}

/// Which memory is prepared.
public enum PopulationExtent: Sendable, Hashable {
  /// All slots of memory.
  case all
  /// Ranges of guest-physical addresses.
  case ranges([Range<GuestPhysical>])
  /// The pages of these addresses, as a run before has recorded them.
  case pages([GuestPhysical])
}

/// What a population has done.
public struct PopulationSummary: Sendable, Hashable {
  /// The pages that were looked at, each in the size that it has in the process's table.
  public internal(set) var pages: UInt64 = 0
  /// How many of them were new to the process's table, or had to be copied for it.
  public internal(set) var hostFaults: UInt64 = 0
  /// The entries that were installed at the second stage.
  public internal(set) var entries: UInt64 = 0
  /// The tables that the second stage got for them.
  public internal(set) var tables: UInt64 = 0
}
