/// Why an edit of tables is refused.
///
/// A refused edit has changed nothing.
public enum TableError: Error, Sendable, Hashable {
  /// The range has no bytes.
  case empty(address: UInt64)
  /// An address or a length is no multiple of the page's size.
  case misaligned(UInt64, pageBytes: UInt64)
  /// The range leaves the addresses that the tables translate.
  case beyond(address: UInt64, inputBits: Int)
  /// The page would lie at an address that no entry can hold.
  case targetTooWide(address: UInt64, bits: Int)
  /// The format has no pages of that size.
  case noSuchPage(bytes: UInt64, sizes: [UInt64])
  /// The page's attributes can't be written in the format.
  case attributes(AttributeError)
  /// Something is mapped already.
  case alreadyMapped(address: UInt64, entry: UInt64)
  /// A table is where a page would go, though it maps nothing at the address.
  case tableInTheWay(address: UInt64, table: UInt64)
  /// Nothing is mapped.
  case notMapped(address: UInt64)
  /// The range ends inside a page, which would have to be split.
  case partOfPage(address: UInt64, pageBytes: UInt64)
  /// The page is not larger than what it was to be split into.
  case notLarger(address: UInt64, pageBytes: UInt64)
  /// There is no table to be made one page: a page of this size or a larger one is mapped already.
  case noTable(address: UInt64, entry: UInt64)
  /// The pages of a table are not one page.
  case cannotCollapse(CollapseObstacle)
  /// Arm's break-before-make was to be skipped.
  case breakBeforeMake(BreakBeforeMakeError)
  /// There are not enough frames for the tables that the edit would make.
  case outOfFrames(needed: Int, free: Int)
  /// A table lies where there is no memory, or nothing behind the guest-physical address.
  case tableUnreachable(address: UInt64)
  /// A table that would be freed was not made from these frames.
  case foreignTable(address: UInt64)
  /// Frames were given that are there already.
  case framesOverlap(address: UInt64)
  /// The tables can't have the shape that was asked for.
  case shape(TableShapeError)
  /// The format has no tables of its own for the upper half of the addresses.
  case noUpperHalf(GuestFormat)
}

extension TableError: CustomStringConvertible {
  /// The refusal as a sentence.
  public var description: String {
    switch self {
    case .empty(let address):
      "The range at \(hex(address)) is refused: it has no bytes."
    case .misaligned(let value, let bytes):
      "\(hex(value)) is refused: it is no multiple of the page's \(sized(bytes))."
    case .beyond(let address, let bits):
      "\(hex(address)) is refused: these tables translate addresses of \(bits) bits."
    case .targetTooWide(let address, let bits):
      "A page at \(hex(address)) is refused: entries hold addresses of \(bits) bits."
    case .noSuchPage(let bytes, let sizes):
      "Pages of \(sized(bytes)) are refused: the sizes here are "
        + sizes.map(sized).joined(separator: ", ") + "."
    case .attributes(let error): error.description
    case .alreadyMapped(let address, let entry):
      "Mapping \(hex(address)) is refused: the entry \(hex(entry)) maps it already."
    case .tableInTheWay(let address, let table):
      "A page at \(hex(address)) is refused: the table at \(hex(table)) is in its way."
    case .notMapped(let address):
      "\(hex(address)) is refused: nothing is mapped there."
    case .partOfPage(let address, let bytes):
      "\(hex(address)) is refused: it is part of a page of \(sized(bytes)), which is not split here."
    case .notLarger(let address, let bytes):
      "Splitting \(hex(address)) is refused: its page has \(sized(bytes))."
    case .noTable(let address, let entry):
      "Collapsing \(hex(address)) is refused: the entry \(hex(entry)) leads to no table."
    case .cannotCollapse(let obstacle): obstacle.description
    case .breakBeforeMake(let error): error.description
    case .outOfFrames(let needed, let free):
      "The edit is refused: it needs \(needed) table frames and \(free) are free."
    case .tableUnreachable(let address):
      "The edit is refused: the table at \(hex(address)) has no memory behind it."
    case .foreignTable(let address):
      "The edit is refused: the table at \(hex(address)) was not made from these tables' frames."
    case .framesOverlap(let address):
      "Table frames at \(hex(address)) are refused: these tables have them already."
    case .shape(let error): error.description
    case .noUpperHalf(let format):
      "\(format) tables for the upper half are refused: one root serves both halves."
    }
  }
}

/// Attributes that a format's entries can't say.
public struct AttributeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was asked for.
  public let asked: String
  /// What the format has instead, as the end of a sentence.
  public let rule: String

  init(_ asked: String, _ rule: String) {
    self.asked = asked
    self.rule = rule
  }

  /// The refusal as a sentence.
  public var description: String { "\(asked) is refused: \(rule)." }
}

/// A number as the manuals write addresses.
func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

/// A count of bytes in the largest unit that divides it.
func sized(_ bytes: UInt64) -> String {
  var count = bytes
  for unit in ["", "K", "M", "G", "T"] {
    if count == 0 || count % 1024 != 0 || unit == "T" {
      return unit.isEmpty ? "\(count) bytes" : "\(count)\(unit)"
    }
    count /= 1024
  }
  return "\(bytes) bytes"
}
