/// How many frames lie side by side in a block of a zone: 2 to the power of the order.
public struct BlockOrder: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The power.
  public let value: Int

  /// An order from 0 to 10.
  public init(_ value: Int) {
    precondition(0...10 ~= value, "blocks have an order from 0 to 10, and none of \(value)")
    self.value = value
  }

  /// One frame.
  public static let frame = BlockOrder(0)
  /// A pageblock, which is as long as a 2 MiB page: all its free frames are for one migrate type.
  public static let pageblock = BlockOrder(9)
  /// The longest blocks: 4 MiB.
  public static let longest = BlockOrder(10)

  /// The orders from a single frame up.
  public static var all: [BlockOrder] { (0...10).map(BlockOrder.init) }

  /// The frames of a block.
  public var frames: UInt64 { 1 << UInt64(value) }

  /// Whether `left` is of fewer frames.
  public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

  /// The order.
  public var description: String { "order \(value)" }
}
