/// The ladder by which smart scan visits a lone page less and less often.
///
/// A page's age counts the scans in which it was met unmerged. The first three always visit it; then
/// each visit allows some scans to pass it over.
public enum SmartScan {
  /// The first age at which a page may be passed over.
  public static let firstAge: UInt8 = 3

  /// How many scans may pass a page over after a visit at `age`.
  @inlinable
  public static func skips(atAge age: UInt8) -> UInt8 {
    switch age {
    case ...3: 1
    case ...5: 2
    case ...8: 4
    default: 8
    }
  }
}
