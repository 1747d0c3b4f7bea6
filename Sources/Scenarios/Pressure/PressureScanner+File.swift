internal import Quantities
public import Studies

/// How the scanner of merging is written where only its processor time is seen.
extension PressureScanner: MappingDecodable {
  private static let standard = PressureScanner()
  private static let pagesField = DefaultField(
    "pagesToScan", ValueForm<UInt64>.integer(in: 1...100_000_000), default: standard.pagesToScan,
    "how many pages a wake-up visits (pages_to_scan)")
  private static let sleepField = DefaultField(
    "sleep",
    ValueForm<TimeSpan>.quantity(
      in: TimeSpan(picoseconds: 1_000_000_000)...TimeSpan(picoseconds: 3_600_000_000_000_000)),
    default: TimeSpan(picoseconds: standard.sleepNanoseconds * 1000),
    "the time between wake-ups (sleep_millisecs)")

  /// What such a mapping is.
  public static var noun: String { "a scanner" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [pagesField.declaration, sleepField.declaration]
  }

  /// What a scanner is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    pagesToScan = mapping.value(of: Self.pagesField)
    sleepNanoseconds = mapping.value(of: Self.sleepField).picoseconds / 1000
    guard mapping.isSound else { return nil }
  }
}
