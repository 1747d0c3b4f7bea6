public import Paging

/// What a virtual machine is made of.
public struct MachineConfiguration: Sendable, Hashable {
  /// The format of the second stage's tables; its smallest pages must be of 4 KiB.
  public var host: HostFormat
  /// The machine's memory and devices.
  public var slots: [Slot]
  /// How many virtual processors there are.
  public var processors = 1
  /// The core whose TLBs the processors have; without one every access walks.
  public var core: CoreModel?
  /// What the hypervisor does where it has a choice.
  public var policy = Policy()
  /// Whether EPT has accessed and dirty flags: a walk of the guest's tables then counts as a write.
  public var hasEPTFlags = true
  /// Whether the hardware sets accessed flags: Arm's FEAT_HAFDBS by HA, RISC-V's Svadu.
  ///
  /// On x86-64 it always does, in the guest's tables and in AMD's; in Intel's where there are flags.
  public var setsAccessedFlags = true
  /// Whether the hardware sets dirty flags too where it sets accessed ones: Arm's HD.
  public var setsDirtyFlags = true
  /// Whether processors that run no guest's tables have addresses of the full width on x86-64, where one
  /// without paging has 32 bits: for guests whose own tables don't matter.
  public var addressesPhysically = false
  /// The width of guest-physical addresses, of which Arm has a choice.
  public var inputBits: Int?

  /// A machine of one processor with these slots.
  public init(_ host: HostFormat, slots: [Slot]) {
    self.host = host
    self.slots = slots
  }

  /// A machine of one processor with one slot of memory at address 0.
  public init(_ host: HostFormat, bytes: UInt64) {
    self.init(host, slots: [Slot(at: GuestPhysical(0), bytes: bytes)])
  }
}
