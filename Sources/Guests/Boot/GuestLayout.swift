public import Paging

/// Where a guest's memory lies in its physical addresses.
public struct GuestLayout: Sendable, Hashable {
  /// The memory in bytes.
  public let memoryBytes: UInt64
  /// Where the hole for devices starts; memory beyond it goes on behind the hole.
  public let holeStart: GuestPhysical
  /// Where memory goes on: 4 GiB on a PC.
  public let holeEnd: GuestPhysical

  /// Memory of a size around a PC's hole from 3 GiB to 4 GiB.
  public init(
    memoryBytes: UInt64, holeStart: GuestPhysical = GuestPhysical(3 << 30),
    holeEnd: GuestPhysical = GuestPhysical(4 << 30)
  ) {
    precondition(holeStart <= holeEnd, "the hole ends behind its start")
    self.memoryBytes = memoryBytes
    self.holeStart = holeStart
    self.holeEnd = holeEnd
  }

  /// The memory below the hole, in bytes.
  public var lowBytes: UInt64 { min(memoryBytes, holeStart.value) }

  /// The memory behind the hole, in bytes.
  public var highBytes: UInt64 { memoryBytes - lowBytes }

  /// The end of the memory.
  public var end: GuestPhysical {
    highBytes == 0 ? GuestPhysical(lowBytes) : holeEnd + highBytes
  }

  /// How many pages of 4 KiB hold the guest's array of struct pages: 64 bytes for each page of memory, so
  /// 16 KiB for each mebibyte.
  public var structPages: UInt64 { memoryBytes >> 18 }

  /// Whether an address is one of memory.
  public func contains(_ address: GuestPhysical) -> Bool {
    address.value < lowBytes || (address >= holeEnd && address < end && highBytes > 0)
  }
}
