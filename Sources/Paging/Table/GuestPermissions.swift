/// What a page of a guest's own tables lets its programs do.
public struct GuestPermissions: OptionSet, Sendable, Hashable {
  /// One bit for each right.
  public let rawValue: UInt8

  /// The rights whose bits are set.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The page may be loaded from.
  public static let read = Self(rawValue: 1)
  /// The page may be stored to.
  public static let write = Self(rawValue: 2)
  /// The page may be executed.
  public static let execute = Self(rawValue: 4)
  /// User mode has these rights too.
  ///
  /// Whether supervisor mode may use such a page is up to each architecture (SMEP and SMAP, PAN, SUM);
  /// on Arm and RISC-V it can't execute it.
  public static let user = Self(rawValue: 8)
}
