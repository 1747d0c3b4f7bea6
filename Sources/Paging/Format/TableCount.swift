/// How many tables a stage needs for what it maps, and their bytes.
public struct TableCount: Sendable, Hashable {
  /// How many tables there are, the root among them.
  public let tables: UInt64
  /// Their bytes.
  public let bytes: UInt64
}

extension TableShape {
  /// Addresses that are mapped with pages of one size.
  public struct MappedRange: Sendable, Hashable {
    /// Where it starts.
    public let start: UInt64
    /// How many bytes it has.
    public let bytes: UInt64
    /// The bytes of its pages.
    public let pageBytes: UInt64

    /// A range of pages of a size.
    public init(start: UInt64, bytes: UInt64, pageBytes: UInt64) {
      self.start = start
      self.bytes = bytes
      self.pageBytes = pageBytes
    }
  }

  /// The tables that map these ranges, which are in ascending order and apart.
  ///
  /// It is what mapping them one after another builds, counted without building it: a table for each
  /// part of the addresses that a range reaches into, at each level above its pages' own. A size that the
  /// format has no pages of is made of the next smaller one's.
  public func count(mapping ranges: [MappedRange]) -> TableCount {
    var tables: UInt64 = 1
    for level in 0..<levels - 1 {
      let shift = UInt64(shift(ofLevel: level + 1))
      // The next part of the addresses that has no table yet.
      var next: UInt64 = 0
      for range in ranges where range.bytes > 0 && leafLevel(range.pageBytes) <= level {
        let first = max(range.start >> shift, next)
        let last = (range.start + range.bytes - 1) >> shift
        guard first <= last else { continue }
        tables += last - first + 1
        next = last + 1
      }
    }
    return TableCount(tables: tables, bytes: (tables - 1) * tableBytes + rootBytes)
  }

  /// The level of the largest pages that are no larger than so many bytes.
  private func leafLevel(_ bytes: UInt64) -> Int {
    leafLevels.last { pageBytes(ofLevel: $0) <= bytes } ?? 0
  }
}
