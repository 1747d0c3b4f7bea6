/// What caches may still hold of entries that an edit has changed.
///
/// It is a scope and no instruction: ``instructions(for:atMost:)`` says what the architecture has for it,
/// which often reaches further.
public struct Invalidation: Sendable, Hashable {
  /// Which entries of a walk have changed.
  public enum Levels: Sendable, Hashable {
    /// Only entries for pages: what points to tables may stay cached.
    case lastLevel
    /// Entries that point to tables too.
    case all
  }

  /// When the invalidation must have been carried out.
  public enum Need: Sendable, Hashable {
    /// Before anybody relies on the edit: before a table's frame is used again, before the page's memory
    /// is, and before the next store where the architecture demands break-before-make.
    case required
    /// Whenever it suits, or never.
    ///
    /// Until then a walk may use the old entries, which does no harm: it gives the same memory, faults
    /// once where it need not (and the architecture says what follows), or leaves an accessed flag
    /// clear.
    case lazy
  }

  /// The stage whose entries have changed.
  public let stage: TranslationStage
  /// The first address, guest-virtual at a first stage and guest-physical at a second one.
  public let address: UInt64
  /// How many bytes from there on were translated by the entries.
  public internal(set) var bytes: UInt64
  /// The bytes that each entry translated: one look-up in a cache for each of them.
  public let pageBytes: UInt64
  /// Which entries of a walk have changed.
  public let levels: Levels
  /// When the invalidation must have been carried out.
  public let need: Need

  /// The scope of entries that translated `bytes` bytes at `address` in pages of `pageBytes` bytes.
  public init(
    _ stage: TranslationStage, at address: UInt64, bytes: UInt64, pageBytes: UInt64,
    levels: Levels, need: Need = .required
  ) {
    self.stage = stage
    self.address = address
    self.bytes = bytes
    self.pageBytes = pageBytes
    self.levels = levels
    self.need = need
  }

  /// How many pages the scope has.
  public var pages: UInt64 { bytes / pageBytes }

  /// Takes in a scope that goes on where this one ends, and says whether it could.
  mutating func join(_ next: Invalidation) -> Bool {
    guard
      next.stage == stage, next.address == address &+ bytes, next.pageBytes == pageBytes,
      next.levels == levels, next.need == need
    else { return false }
    bytes += next.bytes
    return true
  }
}
