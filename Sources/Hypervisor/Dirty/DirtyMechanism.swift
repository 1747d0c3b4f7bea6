/// How a hypervisor learns which pages are written.
public enum DirtyMechanism: Sendable, Hashable {
  /// Every page is write-protected at the start; the first write to each faults.
  case writeProtection
  /// All pages count as written at the start, and nothing is protected or split before they are cleared,
  /// chunk by chunk: KVM's manual protection with “initially all set”.
  case initiallyAllSet
  /// The hardware sets a dirty flag, and scans look for it: EPT with flags, AMD, Arm with HD, RISC-V with
  /// Svadu.
  case flags
  /// The hardware sets a dirty flag and writes down where (Intel's page-modification logging), in a
  /// buffer of 512 entries for each processor; large pages are write-protected.
  case modificationLog
  /// Every page is write-protected, and what faults is put into a ring of each processor. With so many
  /// entries less the reserved ones in use the processor leaves for user space, which takes them out and
  /// protects their pages again.
  case ring(entries: Int, reserved: Int = 64)

  /// The hardware writes down where it sets a dirty flag, as with ``modificationLog``, and what is taken
  /// out of a processor's log goes into its ring, which is full a whole log earlier.
  case modificationRing(entries: Int, reserved: Int = 64 + modificationLogEntries)

  /// The entries of a page-modification log: one page of them.
  public static let modificationLogEntries = 512

  /// Whether new pages may be written at once, because a flag tells.
  var usesFlags: Bool { self == .flags || logsModifications }

  /// Whether the hardware writes down where it sets a dirty flag.
  public var logsModifications: Bool {
    switch self {
    case .modificationLog, .modificationRing: true
    default: false
    }
  }

  /// How many entries of a ring fill it.
  var softLimit: Int? {
    switch self {
    case .ring(let entries, let reserved), .modificationRing(let entries, let reserved):
      return entries - reserved
    default: return nil
    }
  }
}
