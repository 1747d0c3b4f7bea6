/// What real hosts have and what runs on them, each value with its origin.
public struct Inventory: Sendable, Hashable {
  /// What it is called: the host, or whatever it was gathered from.
  public var name: String
  /// The hosts.
  public var hosts: [InventoryHost] = []
  /// The virtual machines of all hosts.
  public var machines: [InventoryMachine] = []
  /// What could not be read, or not in full.
  public var problems: [InventoryProblem] = []

  /// An inventory of nothing.
  public init(_ name: String) { self.name = name }

  /// The virtual machines of a host; those that name no host run on the only one.
  public func machines(on host: InventoryHost) -> [InventoryMachine] {
    machines.filter { $0.host == host.name || ($0.host == nil && hosts.count == 1) }
  }
}
