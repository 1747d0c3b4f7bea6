/// The balloon of a real virtual machine.
public struct InventoryBalloon: Sendable, Hashable {
  /// The bytes that the guest has, the balloon's taken off.
  public var currentBytes: Observed<UInt64>?
  /// The fewest bytes that the balloon leaves to the guest.
  public var minimumBytes: Observed<UInt64>?
  /// How many seconds lie between two reports of the guest's statistics; 0 for none.
  public var statisticsSeconds: Observed<UInt64>?
  /// Whether the guest reports its free pages, so that the host takes them back.
  public var reportsFreePages: Observed<Bool>?

  /// A balloon of which nothing is known.
  public init() {}
}
