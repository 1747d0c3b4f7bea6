// Micro-architecture: this file can be skipped at first reading.

/// What an instruction or an event makes the caches of one virtual processor forget.
///
/// Each architecture's instructions are made into this one form, in which the caches carry them out.
public struct CacheFlush: Sendable, Hashable {
  /// How far a flush reaches, for the counters.
  public enum Scope: String, Sendable, Hashable, CaseIterable {
    /// One virtual address.
    case address
    /// One PCID or ASID.
    case space
    /// One guest's virtual addresses: a VPID, a VMID, an AMD ASID.
    case guest
    /// One guest-physical address.
    case guestPhysical = "guest-physical"
    /// One second stage and what was made through it.
    case host
    /// Everything, but perhaps global pages.
    case everything
    /// What a fault drops.
    case fault
  }

  /// Which contexts' entries are meant; a property that is not set means all.
  struct Contexts: Sendable, Hashable {
    var vm: UInt16?
    /// Of these spaces the pages that are not global.
    var space: UInt16?
    /// A second stage.
    var host: UInt64?
    /// Whether global pages are meant too, of whatever space.
    var includesGlobal = true
    /// A guest that is not meant.
    var exceptVM: UInt16?
    /// Whether only what was made through a second stage is meant.
    var needsHost = false

    func contain(_ context: CacheContext) -> Bool {
      if let vm, context.vm != vm { return false }
      if let host, context.host != host { return false }
      if needsHost, context.host == 0 { return false }
      if let exceptVM, context.vm == exceptVM { return false }
      switch context.space {
      case .physical: return false
      case .global: return includesGlobal
      case .one(let number): return space == nil || space == number
      // An address that stage 1 lets through has no space.
      case .untranslated: return space == nil
      }
    }
  }

  /// Which entries that a guest's virtual addresses lead to are meant.
  struct Virtual: Sendable, Hashable {
    var contexts: Contexts
    /// The address, as the caches name it, if only one is meant.
    var key: UInt64?
  }

  /// Which entries of a second stage are meant.
  struct Physical: Sendable, Hashable {
    /// The second stage; all of them where it is not set.
    var host: UInt64?
    /// The guest-physical address, if only one is meant.
    var address: UInt64?
  }

  /// How far the flush reaches.
  public let scope: Scope
  /// Whether the instruction reaches all processors of its domain by itself.
  public var isBroadcast = false
  /// The pages of the TLBs.
  var pages: Virtual?
  /// The walk caches of the guest's tables.
  var guestTables: Virtual?
  /// The nested cache.
  var nested: Physical?
  /// The walk caches of the second stage's tables.
  var hostTables: Physical?

  init(_ scope: Scope) { self.scope = scope }

  /// All that belongs to some contexts' virtual addresses.
  init(_ scope: Scope, _ contexts: Contexts) {
    self.scope = scope
    pages = Virtual(contexts: contexts)
    guestTables = pages
  }

  /// Everything.
  public static let everything: Self = {
    var flush = Self(.everything, Contexts())
    flush.nested = Physical()
    flush.hostTables = Physical()
    return flush
  }()
}
