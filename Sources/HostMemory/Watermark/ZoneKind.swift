/// The kinds of zone, from the one that fewest allocations need.
public enum ZoneKind: String, Sendable, Hashable, CaseIterable, Comparable {
  /// The first 16 MiB, for devices that reach no further.
  case dma = "DMA"
  /// Up to 4 GiB.
  case dma32 = "DMA32"
  /// The rest.
  case normal = "Normal"
  /// For what can be moved, only.
  case movable = "Movable"

  /// The place among the kinds, from below.
  public var place: Int {
    switch self {
    case .dma: 0
    case .dma32: 1
    case .normal: 2
    case .movable: 3
    }
  }

  /// Whether `left` is nearer to address 0.
  public static func < (left: Self, right: Self) -> Bool { left.place < right.place }
}
