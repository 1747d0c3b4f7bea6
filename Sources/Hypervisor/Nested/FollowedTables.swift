/// The tables whose stores are trapped, and which addresses each of them serves.
struct FollowedTables: Sendable {
  /// A table's place in a tree; one table may have more than one place.
  struct Role: Sendable, Hashable {
    /// The level of the table's entries, counted from the leaf.
    let level: Int
    /// The first address that they map.
    let base: UInt64
  }

  private var roles: [UInt64: [Role]] = [:]

  /// Whether stores into a table are trapped.
  func contains(_ table: UInt64) -> Bool { roles[table] != nil }

  /// The places of a table in the tree.
  func roles(of table: UInt64) -> [Role] { roles[table] ?? [] }

  /// Whether a table has a place.
  func has(_ role: Role, _ table: UInt64) -> Bool { roles[table]?.contains(role) ?? false }

  /// Gives a table a place, and says whether it is its first.
  mutating func add(_ role: Role, to table: UInt64) -> Bool {
    roles[table, default: []].append(role)
    return roles[table]?.count == 1
  }

  /// Takes a place from a table, and says whether it was its last.
  mutating func remove(_ role: Role, from table: UInt64) -> Bool {
    guard var rest = roles[table], let number = rest.firstIndex(of: role) else { return false }
    rest.remove(at: number)
    roles[table] = rest.isEmpty ? nil : rest
    return rest.isEmpty
  }
}
