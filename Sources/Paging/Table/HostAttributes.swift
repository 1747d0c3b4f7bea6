/// What a page of a hypervisor's tables is like.
public struct HostAttributes: Sendable, Hashable {
  /// What the page lets the guest do.
  public var permissions: HostPermissions
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
  /// They are software's own, and EPT's ignore PAT (6) and suppress #VE (63). Bits that follow from
  /// something else here are refused.
  public var extraBits: UInt64 = 0

  /// Ordinary memory with these permissions, accessed and, if the guest may write, dirty: nothing is
  /// left for the hardware to update.
  public init(_ permissions: HostPermissions) {
    self.permissions = permissions
    isDirty = permissions.contains(.write)
  }

  /// A page that can only be read.
  public static let readOnly = Self(.read)
  /// A page for data.
  public static let readWrite = Self([.read, .write])
  /// A page for code.
  public static let readExecute = Self([.read, .execute])
  /// A page for anything.
  public static let readWriteExecute = Self([.read, .write, .execute])
}

extension HostAttributes {
  init(_ attributes: PageAttributes) {
    var permissions = HostPermissions()
    if attributes.read { permissions.insert(.read) }
    if attributes.write { permissions.insert(.write) }
    if attributes.executeUser { permissions.insert(.executeUser) }
    if attributes.executeSupervisor { permissions.insert(.executeSupervisor) }
    self.init(permissions)
    memoryType = attributes.memoryType
    isAccessed = attributes.isAccessed
    isDirty = attributes.isDirty
    extraBits = attributes.extraBits
  }

  var page: PageAttributes {
    PageAttributes(
      read: permissions.contains(.read), write: permissions.contains(.write),
      executeUser: permissions.contains(.executeUser),
      executeSupervisor: permissions.contains(.executeSupervisor), user: true,
      memoryType: memoryType, isAccessed: isAccessed, isDirty: isDirty, extraBits: extraBits)
  }
}
