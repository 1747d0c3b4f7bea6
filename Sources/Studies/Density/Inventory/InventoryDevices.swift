/// What a real virtual machine has that costs memory outside its guest's.
public struct InventoryDevices: Sendable, Hashable {
  /// What it starts with.
  public enum Firmware: String, Sendable, Hashable, CaseIterable {
    /// A BIOS.
    case bios
    /// UEFI.
    case uefi
    /// None: the kernel is loaded at once.
    case none
  }

  /// The bytes of its video memory.
  public var videoBytes: Observed<UInt64>?
  /// How many disks it has.
  public var disks: Observed<Int>?
  /// How many network interfaces it has.
  public var networks: Observed<Int>?
  /// How many of the host's devices it has to itself.
  public var passedThrough: Observed<Int>?
  /// How many threads work for its disks alone.
  public var ioThreads: Observed<Int>?
  /// What it starts with.
  public var firmware: Observed<Firmware>?

  /// Devices of which nothing is known.
  public init() {}
}
