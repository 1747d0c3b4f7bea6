/// One edit of a range of addresses, whose translated bits are known to fit the tables.
struct TableEdit: Sendable {
  enum Kind: Sendable {
    /// Maps the range to addresses from `target` on, in pages of a size or in the largest that fit.
    case map(target: UInt64, PageAttributes, pageBytes: UInt64?)
    case unmap
    case protect(PageAttributes)
    /// Clears accessed flags.
    case age
    /// Clears dirty flags.
    case clean
    /// Takes the right to write away.
    case writeProtect
    /// Takes all rights away, in a way that they can be given back.
    case revoke

    /// Whether tables that become empty are freed.
    var freesTables: Bool {
      if case .unmap = self { return true }
      return false
    }

    /// Whether a page is changed as a whole where the range meets only a part of it.
    var takesPartsOfPages: Bool {
      switch self {
      case .age, .clean, .writeProtect, .revoke: true
      case .map, .unmap, .protect: false
      }
    }
  }

  let kind: Kind
  let range: Range<UInt64>
  /// Whether addresses that nothing maps are passed over.
  var skipsHoles = false
}

/// What an edit has done.
public struct EditSummary: Sendable, Hashable {
  /// The entries of pages that were written.
  public var pages = 0
  /// The tables that were made.
  public var tablesAdded = 0
  /// The tables that were freed.
  public var tablesFreed = 0
}
