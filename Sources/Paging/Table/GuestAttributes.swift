/// What a page of a guest's own tables is like.
public struct GuestAttributes: Sendable, Hashable {
  /// What the page lets programs do.
  public var permissions: GuestPermissions
  /// How the page's memory may be cached.
  public var memoryType = MemoryType.writeBack
  /// Whether the page, and each table that is made for it, starts as accessed.
  public var isAccessed = true
  /// Whether the page starts as dirty.
  ///
  /// Arm has no dirty flag apart from the right to write: a page with that right that is clean is one
  /// that the hardware makes writable at the first write (DBM), if it does so.
  public var isDirty: Bool
  /// Further bits of the entry, where the manual lays them.
  ///
  /// They are software's own, global (x86 bit 8, RISC-V bit 5) or not global (Arm bit 11), x86's
  /// protection key (62:59), and Arm's guarded (50). Bits that follow from something else here are
  /// refused.
  public var extraBits: UInt64 = 0

  /// Ordinary memory with these permissions, accessed and, if it may be written, dirty: nothing is
  /// left for the hardware to update.
  public init(_ permissions: GuestPermissions) {
    self.permissions = permissions
    isDirty = permissions.contains(.write)
  }

  /// A supervisor's page that can only be read.
  public static let readOnly = Self(.read)
  /// A supervisor's page for data.
  public static let readWrite = Self([.read, .write])
  /// A supervisor's page for code.
  public static let readExecute = Self([.read, .execute])
  /// A supervisor's page for anything.
  public static let readWriteExecute = Self([.read, .write, .execute])
  /// A user's page that can only be read.
  public static let userReadOnly = Self([.read, .user])
  /// A user's page for data.
  public static let userReadWrite = Self([.read, .write, .user])
  /// A user's page for code.
  public static let userReadExecute = Self([.read, .execute, .user])
}

extension GuestAttributes {
  init(_ attributes: PageAttributes) {
    var permissions = GuestPermissions()
    if attributes.read { permissions.insert(.read) }
    if attributes.write { permissions.insert(.write) }
    if attributes.executeSupervisor { permissions.insert(.execute) }
    if attributes.user { permissions.insert(.user) }
    self.init(permissions)
    memoryType = attributes.memoryType
    isAccessed = attributes.isAccessed
    isDirty = attributes.isDirty
    extraBits = attributes.extraBits
  }

  var page: PageAttributes {
    PageAttributes(
      read: permissions.contains(.read), write: permissions.contains(.write),
      executeUser: permissions.contains(.execute),
      executeSupervisor: permissions.contains(.execute), user: permissions.contains(.user),
      memoryType: memoryType, isAccessed: isAccessed, isDirty: isDirty, extraBits: extraBits)
  }
}
