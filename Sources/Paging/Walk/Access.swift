/// An access that a guest's program makes.
public struct Access: Sendable, Hashable {
  /// What the access does with the memory.
  public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    case read
    case write
    case fetch
    /// RISC-V HLVX: a load that needs the right to execute.
    case hlvx
  }

  /// Whose rights the access has.
  public enum Privilege: UInt8, Sendable, Hashable, CaseIterable {
    /// x86 CPL 0 to 2, Arm EL1, RISC-V VS-mode.
    case supervisor
    /// x86 CPL 3, Arm EL0, RISC-V VU-mode.
    case user
  }

  /// What the access does with the memory.
  public var kind: Kind
  /// Whose rights the access has.
  public var privilege: Privilege
  /// Whether an Arm address translation instruction (AT S12E1R and its kin) makes it.
  public var isAddressTranslation: Bool
  /// The encoding of the instruction that makes the access, where the report needs it.
  public var instruction: UInt32?

  /// An access of a kind at a privilege.
  public init(
    _ kind: Kind, _ privilege: Privilege = .supervisor, isAddressTranslation: Bool = false,
    instruction: UInt32? = nil
  ) {
    self.kind = kind
    self.privilege = privilege
    self.isAddressTranslation = isAddressTranslation
    self.instruction = instruction
  }

  /// A supervisor's read.
  public static let read = Self(.read)
  /// A supervisor's write.
  public static let write = Self(.write)
  /// A supervisor's instruction fetch.
  public static let fetch = Self(.fetch)
}
