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

  /// The most entries of a dirty ring: KVM_DIRTY_RING_MAX_ENTRIES.
  public static let mostRingEntries = 65_536

  /// The fewest entries of a dirty ring that KVM takes: 16 bytes each, they fill a page at least
  /// (kvm_vm_ioctl_enable_dirty_log_ring), and more than the 64 that it keeps free, or 576 where a
  /// page-modification log is emptied into it.
  public var fewestRingEntries: Int { logsModifications ? 1024 : 256 }

  /// The entries of a processor's ring, those that are kept free included.
  public var ringEntries: Int? {
    switch self {
    case .ring(let entries, _), .modificationRing(let entries, _): entries
    default: nil
    }
  }

  /// What KVM would refuse of the ring, as a sentence; nothing where there is none, or nothing to refuse.
  public var ringProblem: String? {
    ringDemand.map { "A ring has \(ringEntries ?? 0) entries: \($0)." }
  }

  /// What a ring's entries must be that KVM would refuse, as the end of a sentence.
  public var ringDemand: String? {
    guard let ringEntries else { return nil }
    let range = fewestRingEntries...Self.mostRingEntries
    guard ringEntries.nonzeroBitCount != 1 || !range.contains(ringEntries) else { return nil }
    return "it must be a power of two from \(range.lowerBound) to \(range.upperBound)"
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
