public import Studies

extension Inventory {
  /// How large an inventory, or what one is gathered from, may be: a room of hosts has a million values.
  public static var limits: NodeLimits {
    var limits = NodeLimits()
    limits.bytes = 1 << 30
    limits.nodes = 50_000_000
    return limits
  }

  /// Whether a text looks like an inventory: some line begins with its key, or a file in JSON has it first.
  ///
  /// Its key stands at its top, and no other kind of file has one of that name.
  public static func isOne(_ text: [UInt8]) -> Bool {
    let key = Array("inventory".utf8)
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      let content = line.drop { [0x20, 0x09, 0x7b, 0x22].contains($0) }
      if line.first == UInt8(ascii: "#") || content.isEmpty { continue }
      return content.starts(with: key)
    }
    return false
  }
}
