@testable import Paging

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A host's tables and those of two programs of its guest, in a memory of their own.
///
/// Two worlds that have undergone the same edits hold the same words.
struct CachedWorld: ~Copyable {
  /// Where the guest's pages of tables lie, for it and for the machine, and those of the host's.
  static let guestFrames: UInt64 = 0
  static let frameBytes: UInt64 = 8 << 20
  static let hostFrames: UInt64 = 16 << 20
  static let memoryBytes = 32 << 20

  let hasGuest: Bool
  let hasHost: Bool
  var memory: PhysicalMemory
  var host: HostTables
  /// The tables of two programs.
  var first: GuestTables
  var second: GuestTables

  /// Empty tables; those of a stage that is off are made too, and never used.
  init(_ guestFormat: GuestFormat?, _ hostFormat: HostFormat?) throws {
    var memory = try PhysicalMemory(bytes: Self.memoryBytes)
    var host = try HostTables(
      hostFormat ?? .ept4, at: HostPhysical(Self.hostFrames), bytes: 16 << 20, in: &memory)
    // The guest's tables, in the smallest pages, so that edits meet them.
    try host.map(
      GuestPhysical(Self.guestFrames), bytes: 2 * Self.frameBytes,
      to: HostPhysical(Self.guestFrames), .readWriteExecute,
      pageBytes: host.root.shape.pageSizes[0], in: &memory)
    let placement = TablePlacement.through(host.root)
    let first = try GuestTables(
      guestFormat ?? .x86Level4, at: GuestPhysical(Self.guestFrames), bytes: Self.frameBytes,
      placed: placement, in: &memory)
    let second = try GuestTables(
      guestFormat ?? .x86Level4, at: GuestPhysical(Self.guestFrames + Self.frameBytes),
      bytes: Self.frameBytes, placed: placement, in: &memory)
    hasGuest = guestFormat != nil
    hasHost = hostFormat != nil
    self.memory = memory
    self.host = host
    self.first = first
    self.second = second
  }

  /// The roots, where their stages are on.
  var hostRoot: HostRoot? { hasHost ? host.root : nil }
  var firstRoot: GuestRoot? { hasGuest ? first.root : nil }
  var secondRoot: GuestRoot? { hasGuest ? second.root : nil }

  /// Carries out an edit of one program's tables or of the host's; an edit that is refused changes
  /// nothing.
  mutating func perform(_ edit: WorldEdit) throws(TableError) -> LiveEdit {
    let options = edit.options
    switch edit.tables {
    case .host: return try host.perform(edit, options, in: &memory)
    case .guest(0): return try first.perform(edit, options, in: &memory)
    case .guest: return try second.perform(edit, options, in: &memory)
    }
  }

  /// Whether another world's memory holds the same.
  mutating func isEqual(to other: inout CachedWorld) -> Bool {
    unsafe memory.withBytes(ofRegion: 0) { own in
      unsafe other.memory.withBytes(ofRegion: 0) { other in
        guard let first = own.baseAddress, let second = other.baseAddress else { return false }
        return unsafe memcmp(first, second, own.count) == 0
      }
    }
  }
}

/// An edit of tables while processors run.
struct WorldEdit {
  enum Tables: Equatable {
    case host
    case guest(Int)
  }

  enum Kind: CaseIterable {
    case map
    case unmap
    case protect
    case age
    case clean
    case split
    case collapse
    case remap
  }

  var tables: Tables
  var kind: Kind
  var address: UInt64
  var target: UInt64
  var bytes: UInt64
  var pageBytes: UInt64?
  var isWritable: Bool
  var isExecutable: Bool
  var isUser: Bool
  var isFresh: Bool
  var extraBits: UInt64 = 0
  var options = LiveOptions()

  var guestAttributes: GuestAttributes {
    var permissions: GuestPermissions = [.read]
    if isWritable { permissions.insert(.write) }
    if isExecutable { permissions.insert(.execute) }
    if isUser { permissions.insert(.user) }
    var attributes = GuestAttributes(permissions)
    attributes.isAccessed = !isFresh
    attributes.isDirty = isWritable && !isFresh
    attributes.extraBits = extraBits
    return attributes
  }

  var hostAttributes: HostAttributes {
    var permissions: HostPermissions = [.read]
    if isWritable { permissions.insert(.write) }
    if isExecutable { permissions.formUnion(.execute) }
    var attributes = HostAttributes(permissions)
    attributes.isAccessed = !isFresh
    attributes.isDirty = isWritable && !isFresh
    return attributes
  }
}

extension GuestTables {
  mutating func perform(
    _ edit: WorldEdit, _ options: LiveOptions, in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let address = GuestVirtual(edit.address)
    let attributes = edit.guestAttributes
    switch edit.kind {
    case .map:
      return try map(
        address, bytes: edit.bytes, to: GuestPhysical(edit.target), attributes,
        pageBytes: edit.pageBytes, live: options, in: &memory)
    case .unmap:
      return try unmap(
        address, bytes: edit.bytes, skippingHoles: true, live: options, in: &memory)
    case .protect:
      return try protect(
        address, bytes: edit.bytes, attributes.permissions, skippingHoles: true, live: options,
        in: &memory)
    case .age: return try age(address, bytes: edit.bytes, live: options, in: &memory)
    case .clean: return try clean(address, bytes: edit.bytes, live: options, in: &memory)
    case .split:
      return try split(address, to: edit.pageBytes ?? 4096, live: options, in: &memory)
    case .collapse:
      return try collapse(address, to: edit.pageBytes ?? 2 << 20, live: options, in: &memory)
    case .remap:
      return try remap(
        address, to: GuestPhysical(edit.target), attributes, live: options, in: &memory)
    }
  }
}

extension HostTables {
  mutating func perform(
    _ edit: WorldEdit, _ options: LiveOptions, in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let address = GuestPhysical(edit.address)
    let attributes = edit.hostAttributes
    switch edit.kind {
    case .map:
      return try map(
        address, bytes: edit.bytes, to: HostPhysical(edit.target), attributes,
        pageBytes: edit.pageBytes, live: options, in: &memory)
    case .unmap:
      return try unmap(
        address, bytes: edit.bytes, skippingHoles: true, live: options, in: &memory)
    case .protect:
      return try protect(
        address, bytes: edit.bytes, attributes.permissions, skippingHoles: true, live: options,
        in: &memory)
    case .age: return try age(address, bytes: edit.bytes, live: options, in: &memory)
    case .clean: return try clean(address, bytes: edit.bytes, live: options, in: &memory)
    case .split:
      return try split(address, to: edit.pageBytes ?? 4096, live: options, in: &memory)
    case .collapse:
      return try collapse(address, to: edit.pageBytes ?? 2 << 20, live: options, in: &memory)
    case .remap:
      return try remap(
        address, to: HostPhysical(edit.target), attributes, live: options, in: &memory)
    }
  }
}
