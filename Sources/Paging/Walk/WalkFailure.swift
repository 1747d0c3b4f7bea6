/// Why a walk stopped.
///
/// It says what happened in the tables; what the architecture tells about it is a ``FaultReport``.
public struct WalkFailure: Error, Sendable, Hashable {
  /// Whose tables stopped the walk.
  public enum Stage: UInt8, Sendable, Hashable {
    /// The guest's own tables.
    case first = 1
    /// The hypervisor's tables.
    case second = 2
  }

  /// The rule that stopped the walk.
  public enum Reason: Sendable, Hashable {
    /// The address has bits that the translation does not.
    case addressTooWide
    /// The address is not canonical (x86-64).
    case notCanonical
    /// The registers disable walks of this half of the address space (Arm EPDn, E0PDn).
    case walkDisabled
    /// The registers ask for a size that faults (Arm TnSZ, and SL0 beside it).
    case sizeOutOfRange
    /// The entry is not present.
    case notPresent
    /// The entry has a reserved bit set or a reserved encoding.
    case reserved
    /// The entry holds an address that is too wide (Arm address size fault).
    case addressSize
    /// The accessed flag is clear and software must set it.
    case accessFlag
    /// The dirty flag is clear and software must set it (RISC-V without Svadu).
    case dirtyFlag
    /// The rights do not suffice.
    case permission
    /// The page's protection key denies the access (x86-64).
    case protectionKey
    /// A table lies where the machine has no memory.
    case absentMemory
  }

  /// The reason's class, one of four on every ISA.
  public enum Cause: String, Sendable, Hashable, CaseIterable {
    case missing
    case permission
    case accessFlag
    case misconfiguration
  }

  /// What the access that failed was made for.
  public enum Context: String, Sendable, Hashable, CaseIterable {
    case finalAccess = "final-access"
    case tableRead = "table-read"
    case tableUpdate = "table-update"
  }

  /// Whose tables stopped the walk.
  public var stage: Stage
  /// The rule that stopped it.
  public var reason: Reason
  /// The level of the entry that stopped it, counted from the leaf; nothing where none was read.
  public var level: Int?
  /// What the failing access was made for.
  public var context: Context
  /// What the failing access did with the memory: an update of a guest entry is a write, whatever
  /// the program does.
  public var made: Access.Kind
  /// The access that the program made.
  public var asked: Access
  /// The address that the program used.
  public var guestVirtual: GuestVirtual
  /// The address that was looked up at stage 2, if the walk came so far.
  public var guestPhysical: GuestPhysical?
  /// The level of the guest table whose read or update failed at stage 2, counted from the leaf.
  public var guestLevel: Int?
  /// The entry that stopped the walk, if one was read.
  public var entry: UInt64?
  /// Where the walk looked for a table in vain, if that is the reason.
  public var absentPlace: HostPhysical?
  /// The accessed and dirty flags that the walk had set before it stopped; they stay set.
  public var updates = 0
  /// What the walk of the failing stage had accumulated over its entries.
  var accumulated: UInt64 = 0
  /// What the completed walk of stage 1 had accumulated, for a final access that failed at stage 2.
  var guestAccumulated: UInt64 = 0

  /// The reason's class.
  public var cause: Cause {
    switch reason {
    case .addressTooWide, .notCanonical, .walkDisabled, .sizeOutOfRange, .notPresent: .missing
    case .reserved, .addressSize, .absentMemory: .misconfiguration
    case .accessFlag, .dirtyFlag: .accessFlag
    case .permission, .protectionKey: .permission
    }
  }
}
