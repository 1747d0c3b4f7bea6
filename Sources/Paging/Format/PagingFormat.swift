/// A table format of one stage, as static members only: the walk is specialised for each.
///
/// Levels are counted from the leaf: 0 is the last one. Each ISA's reports turn that into the
/// manual's own numbers.
///
/// A format answers for an entry twice. ``check(level:access:rules:)`` gives a masked compare that
/// lets the common entry through at the cost of one instruction or two;
/// ``examine(_:level:access:rules:accumulated:)`` is the manual's whole ladder, which decides every
/// entry that the compare did not let through. Whatever passes the compare passes the ladder with the
/// same result and nothing to update: the tests hold the two against each other.
protocol PagingFormat {
  /// What the registers say about this stage beyond its geometry.
  associatedtype Rules: Sendable

  /// Bits of the address that index one table.
  static var indexBits: UInt64 { get }
  /// Bits of the offset in the smallest page.
  static var pageShift: UInt64 { get }
  /// Whether permissions of upper levels limit those of lower ones.
  static var accumulates: Bool { get }
  /// What ``accumulate(_:_:)`` starts from.
  static var unaccumulated: UInt64 { get }

  /// The address that an entry holds, for a table or (with its low bits cut) a leaf.
  static func address(_ entry: UInt64) -> UInt64

  /// What is known of the path once `entry` belongs to it.
  static func accumulate(_ path: UInt64, _ entry: UInt64) -> UInt64

  /// The compare that lets the common entry of a level through.
  ///
  /// A leaf that passes it holds no address bits below its page: the walk adds the offset to them.
  static func check(level: Int, access: WalkAccess, rules: Rules) -> EntryCheck

  /// The manual's ladder of checks on one entry, in the manual's order.
  ///
  /// `accumulated` includes the entry itself.
  static func examine(
    _ entry: UInt64, level: Int, access: WalkAccess, rules: Rules, accumulated: UInt64
  ) -> EntryFinding

  /// What an entry that denies an access is to be left with.
  static func denied(_ entry: UInt64, rules: Rules) -> UInt64
}

extension PagingFormat {
  static func denied(_ entry: UInt64, rules: Rules) -> UInt64 { entry }
}

/// The bounds that hold for all formats.
enum PagingLevels {
  /// The most levels that any format has.
  static let most = 5
}

/// What an entry must look like to pass without being looked at closely.
///
/// A leaf that passes holds no address bits below its page: the walk only adds the offset to it.
/// A level that can't hold a table (or a leaf) has a compare that nothing passes: a value with a bit
/// outside its mask.
struct EntryCheck: Sendable {
  var tableMask: UInt64 = 0
  var tableValue: UInt64 = 1
  var leafMask: UInt64 = 0
  var leafValue: UInt64 = 1
  /// The compare on what the path has accumulated, for a leaf.
  var pathMask: UInt64 = 0
  var pathValue: UInt64 = 0
}

/// What the ladder finds.
enum EntryFinding {
  /// The walk goes on; the entry is to be left with this value.
  case table(UInt64)
  /// The walk ends in a page of 2^shift bytes; the entry is to be left with this value.
  case leaf(UInt64, shift: UInt64)
  /// The walk stops.
  case refused(WalkFailure.Reason)
}
