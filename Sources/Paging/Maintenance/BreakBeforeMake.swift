// Arm ARM (DDI 0487) D8.16.1, "Using break-before-make when updating translation table entries".

/// A change of a valid entry into another that Arm allows only through an invalid one.
///
/// The entry is made invalid, the caches are told, and only then is the new one written.
public enum BreakBeforeMake: String, Sendable, Hashable, CaseIterable {
  /// A block or page becomes a table or the other way round, or a table another one.
  case blockSize
  /// The contiguous bit changes, and with it the size that a TLB may take.
  case contiguous
  /// The output address changes, of memory that may be written through the old or the new entry.
  ///
  /// Where neither is writable the manual asks for it only if the contents differ; what the memory holds
  /// is not looked at here, so that it is asked for too.
  case outputAddress
  /// The memory type or its cacheability changes; at stage 1 that is any change of AttrIndx, for what
  /// MAIR_EL1 holds is not known here.
  case memoryType
  /// A page becomes global while the TLB may hold it as one that is not.
  case global

  /// What changes, as the subject of a sentence.
  var subject: String {
    switch self {
    case .blockSize: "the size of a block"
    case .contiguous: "the contiguous bit"
    case .outputAddress: "the output address"
    case .memoryType: "the memory type"
    case .global: "a page into a global one"
    }
  }
}

/// A store that would have changed a valid entry without breaking it first.
public struct BreakBeforeMakeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The first address that the entry translates.
  public let address: UInt64
  /// The entry as it is.
  public let old: UInt64
  /// The entry that would have been written over it.
  public let new: UInt64
  /// What the change is that needs it.
  public let rule: BreakBeforeMake

  /// The refusal as a sentence.
  public var description: String {
    "\(hex(new)) over \(hex(old)) for \(hex(address)) is refused: changing \(rule.subject) needs"
      + " break-before-make (Arm ARM D8.16.1)."
  }
}
