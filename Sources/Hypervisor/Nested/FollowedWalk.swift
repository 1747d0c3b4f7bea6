/// What a hypervisor finds when it walks the tables of its guest by software.
struct FollowedWalk: Sendable {
  /// A page that the tables map.
  struct Page: Sendable {
    let address: UInt64
    let level: Int
    /// The rights of all entries together.
    let path: UInt64

    var bytes: UInt64 { 1 << NestedEntry.shift(level) }
    var isWritable: Bool { path & NestedEntry.write != 0 }
    var isUser: Bool { path & NestedEntry.user != 0 }
  }

  /// The tables on the way, from the root, each at its place in the tree.
  var tables: [(table: UInt64, role: FollowedTables.Role)] = []
  /// The page, if there is one.
  var page: Page?
}
