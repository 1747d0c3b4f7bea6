internal import Quantities

/// A quantity as Kubernetes writes it: `2Gi`, `500m`, `1e3`, `1500M`.
enum ClusterQuantity {
  /// The quantity as a whole number, rounded up as Kubernetes rounds; nothing where it is none.
  static func whole(_ text: String) -> UInt64? {
    let suffixes: [(String, UInt64)] = [
      ("Ki", 1 << 10), ("Mi", 1 << 20), ("Gi", 1 << 30), ("Ti", 1 << 40), ("Pi", 1 << 50),
      ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000), ("T", 1_000_000_000_000),
      ("P", 1_000_000_000_000_000), ("", 1),
    ]
    if text.hasSuffix("m") {
      guard let thousandths = multiplied(text.dropLast(), by: 1) else { return nil }
      return thousandths / 1000 + (thousandths % 1000 == 0 ? 0 : 1)
    }
    guard let (suffix, factor) = suffixes.first(where: { text.hasSuffix($0.0) }) else { return nil }
    return multiplied(text.dropLast(suffix.count), by: factor)
  }

  private static func multiplied(_ number: Substring, by factor: UInt64) -> UInt64? {
    guard let number = try? ExactDecimal(parsing: number) else { return nil }
    return try? number.multiplied(by: factor)
  }
}
