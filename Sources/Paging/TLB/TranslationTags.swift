// Micro-architecture: this file can be skipped at first reading.

/// What a processor's registers say about the entries that it may use: whose they are, and what decides
/// the rights that they give.
struct TranslationTags: Sendable, Hashable {
  /// Bits 15:0 are the VPID, VMID or (AMD) ASID of the guest, bits 31:16 its PCID or ASID, the others
  /// flags of the architecture's own, of which bit 32 says whether stage 1 translates.
  private let identity: UInt64
  /// The second stage: Intel's EP4TA, elsewhere the guest's tag again with bit 63 set, and 0 where there
  /// is none.
  let host: UInt64
  /// Protection keys and what else decides rights.
  let keys: UInt64

  init(vm: UInt64, space: UInt64, host: UInt64, hasGuest: Bool, flags: UInt64, keys: UInt64) {
    identity = vm & 0xffff | (space & 0xffff) << 16 | (hasGuest ? 1 << 32 : 0) | flags << 33
    self.host = host
    self.keys = keys
  }

  /// The tags of a processor that is not yet set up.
  static let none = Self(vm: 0, space: 0, host: 0, hasGuest: false, flags: 0, keys: 0)

  @inline(__always)
  static func == (left: Self, right: Self) -> Bool {
    (left.identity ^ right.identity) | (left.host ^ right.host) | (left.keys ^ right.keys) == 0
  }

  var vm: UInt16 { UInt16(truncatingIfNeeded: identity) }
  var space: UInt16 { UInt16(truncatingIfNeeded: identity >> 16) }
  var hasGuest: Bool { identity & 1 << 32 != 0 }

  /// What decides rights, without whose entries they are.
  var rights: Rights { Rights(flags: identity >> 33, keys: keys) }

  struct Rights: Sendable, Hashable {
    let flags: UInt64
    let keys: UInt64
  }

  /// What a second stage is known by whose entries the guest's tag marks.
  static func host(ofGuest vm: UInt64) -> UInt64 { 1 << 63 | vm }
}

/// Whose entries a tag's context stands for.
struct CacheContext: Sendable, Hashable {
  /// The space within the guest.
  enum Space: Sendable, Hashable {
    /// One PCID or ASID.
    case one(UInt16)
    /// The global pages of all of them.
    case global
    /// None: stage 1 is off.
    case untranslated
    /// None: these are entries of the second stage alone.
    case physical
  }

  var vm: UInt16
  var space: Space
  var host: UInt64
}
