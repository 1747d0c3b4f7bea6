/// A part of what a virtual machine takes of its host.
public struct OverheadPart: Sendable, Hashable {
  /// What memory is for.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The guest's own memory.
    case guestMemory
    /// The guest's page tables, which lie in its memory.
    case guestTables
    /// The guest's records of its frames, which lie in its memory.
    case guestFrames
    /// The second stage's tables.
    case secondStage
    /// What the hypervisor remembers of each of these tables.
    case tableRecords
    /// The table of the process that the machine is.
    case processTables
    /// The host's records of the frames.
    case hostFrames
    /// The program that runs the machine.
    case monitor
    /// What the kernel and the program keep of each virtual processor.
    case processors
    /// Threads for disks.
    case ioThreads
    /// The display's memory.
    case video
    /// The firmware's image.
    case firmware
    /// What is written down of dirty pages while the machine moves.
    case dirtyBitmap
  }

  /// Whom memory is charged to.
  public enum Charge: String, Sendable, Hashable, CaseIterable {
    /// The virtual machine's control group.
    case machine
    /// The host's kernel, before any machine starts.
    case kernel
    /// The pool of huge pages.
    case pool
    /// The guest: it lies in memory that is charged already.
    case guest
  }

  /// What it is for.
  public var kind: Kind
  /// The bytes that are there as long as the guest uses what it uses now.
  public var now: UInt64
  /// The bytes that are there when the guest has touched everything.
  public var worst: UInt64
  /// Whom they are charged to.
  public var charge: Charge
  /// Where the figure comes from.
  public var source: String

  /// Whether it adds to what the host must have for the machine.
  public var adds: Bool { charge == .machine || charge == .pool }
}
