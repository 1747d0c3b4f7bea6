/// The first touch of a page by a kind of access, within a phase of a recorded boot.
public struct BootTouch: Sendable, Hashable {
  /// Who touches a page, and how.
  public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
    /// The guest's processor loads.
    case read
    /// The guest's processor stores.
    case write
    /// The guest's processor fetches an instruction.
    case fetch
    /// A device or the emulator fills the page: the virtual machine monitor's own table is used, and
    /// not stage 2.
    case device
  }

  /// The number of the guest-physical page of 4 KiB.
  public var page: UInt32
  /// When it happens, in ticks of 1,000 instructions since the first one.
  public var tick: UInt32
  /// Who touches the page, and how.
  public var kind: Kind
  /// Whether the same kind has touched the page in an earlier phase.
  public var isRepeated: Bool

  /// A touch of a page.
  public init(page: UInt32, tick: UInt32, kind: Kind, isRepeated: Bool = false) {
    self.page = page
    self.tick = tick
    self.kind = kind
    self.isRepeated = isRepeated
  }
}
