/// An access as one stage sees it: what it does, whose rights it has, and what it is made for.
///
/// It is one small number, because a stage keeps its precomputed checks by it.
struct WalkAccess: Hashable, Sendable {
  /// What the access is made for.
  enum Role: UInt8, Sendable {
    /// The program's own access.
    case final = 0
    /// The walk reads a guest table.
    case tableRead = 1
    /// The walk sets an accessed or dirty bit in a guest table.
    case tableUpdate = 2
    /// An Arm address translation instruction asks whether the program could.
    case probe = 3
  }

  /// Bits 1:0 are the kind, bit 2 the privilege, bits 4:3 the role.
  let rawValue: UInt8

  /// How many values there are.
  static let count = 32

  @inline(__always)
  init(_ kind: Access.Kind, _ privilege: Access.Privilege, _ role: Role = .final) {
    rawValue = kind.rawValue | privilege.rawValue << 2 | role.rawValue << 3
  }

  @inline(__always)
  init(_ access: Access) { self.init(access.kind, access.privilege) }

  @inline(__always)
  private init(rawValue: UInt8) { self.rawValue = rawValue }

  var kind: Access.Kind { Access.Kind(rawValue: rawValue & 3) ?? .read }
  var privilege: Access.Privilege { rawValue & 4 == 0 ? .supervisor : .user }
  var role: Role { Role(rawValue: rawValue >> 3) ?? .final }

  var isUser: Bool { rawValue & 4 != 0 }
  var isWrite: Bool {
    @inline(__always) get { rawValue & 3 == Access.Kind.write.rawValue }
  }
  var isFetch: Bool {
    @inline(__always) get { rawValue & 3 == Access.Kind.fetch.rawValue }
  }

  /// The same access with the rights of `privilege`.
  @inline(__always)
  func with(_ privilege: Access.Privilege) -> Self {
    Self(rawValue: rawValue & ~4 | privilege.rawValue << 2)
  }
}
