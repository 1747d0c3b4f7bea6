/// Where an entry lies and what it maps.
struct EntryPlace: Sendable {
  /// The table.
  let table: UInt64
  /// The entry's number in it.
  let index: Int
  let level: Int
  /// The translated bits of the first address that the entry maps.
  let start: UInt64

  /// Where the entry lies, in the space that the tables live in.
  var address: UInt64 { table &+ UInt64(index) &* 8 }

  /// The place of a neighbour in the same table.
  func moved<Format: EditableFormat>(by entries: Int, _: Format.Type) -> EntryPlace {
    EntryPlace(
      table: table, index: index + entries, level: level,
      start: start &+ UInt64(bitPattern: Int64(entries)) << Format.shift(level))
  }
}

/// A page's entry, or the first of a group's, and where it lies.
struct PlacedPage: Sendable {
  let place: EntryPlace
  let entry: UInt64
  let bytes: UInt64
  /// The entries that stand for the page together, as a power of two.
  let groupBits: Int

  var range: Range<UInt64> { place.start..<place.start &+ bytes }
}
