public import Studies

extension Inventory {
  /// How large an inventory, or what one is gathered from, may be: a room of hosts has a million values.
  public static var limits: NodeLimits {
    var limits = NodeLimits()
    limits.bytes = 1 << 30
    limits.nodes = 50_000_000
    return limits
  }
}
