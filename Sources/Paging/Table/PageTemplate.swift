/// The entry of a page at address 0: what all pages of one kind in one format have in common.
///
/// It is made once, so that the attributes need not be translated at every fault.
package struct PageTemplate: Sendable, Hashable {
  /// The entry.
  package let entry: UInt64
  /// The level that it stands at, counted from the leaf.
  package let level: Int

  /// The entry of pages of a level.
  @inlinable
  package init(entry: UInt64, level: Int) {
    self.entry = entry
    self.level = level
  }
}
