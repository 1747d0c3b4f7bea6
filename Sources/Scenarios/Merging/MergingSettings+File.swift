public import HostMemory
internal import Quantities

/// How the settings of same-page merging are written.
extension MergingSettings: MappingDecodable {
  private static let standard = MergingSettings()
  private static let pagesField = OptionalField(
    "pagesToScan", ValueForm<Int>.integer(in: 1...100_000_000),
    "how many pages a wake-up visits (pages_to_scan); 100, or the advisor's")
  private static let sleepField = DefaultField(
    "sleep",
    ValueForm<TimeSpan>.quantity(
      in: TimeSpan(picoseconds: 1_000_000_000)...TimeSpan(picoseconds: 3_600_000_000_000_000)),
    default: TimeSpan(picoseconds: UInt64(standard.sleepMilliseconds) * 1_000_000_000),
    "the time between wake-ups, in whole milliseconds (sleep_millisecs)")
  private static let sharingField = DefaultField(
    "maxPageSharing", ValueForm<Int>.integer(in: 2...100_000_000),
    default: standard.maxPageSharing, "how many mappings a copy may have (max_page_sharing)")
  private static let zeroField = DefaultField(
    "useZeroPages", ValueForm<Bool>.boolean, default: standard.usesZeroPages,
    "whether pages of zeros are mapped to the kernel's page of zeros (use_zero_pages)")
  private static let smartField = DefaultField(
    "smartScan", ValueForm<Bool>.boolean, default: standard.isSmartScan,
    "whether pages that stay alone are visited less often (smart_scan)")
  private static let advisorField = DefaultField(
    "advisor", ValueForm<Bool>.choice(among: [("none", false), ("scan-time", true)]),
    default: false, "who sets the pages to scan (advisor_mode)")

  /// What such a mapping is.
  public static var noun: String { "the settings of merging" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      pagesField.declaration, sleepField.declaration, sharingField.declaration,
      zeroField.declaration, smartField.declaration, advisorField.declaration,
    ]
  }

  /// What settings are read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    let pages = mapping.value(of: Self.pagesField)
    sleepMilliseconds = Int(mapping.value(of: Self.sleepField).picoseconds / 1_000_000_000)
    maxPageSharing = mapping.value(of: Self.sharingField)
    usesZeroPages = mapping.value(of: Self.zeroField)
    isSmartScan = mapping.value(of: Self.smartField)
    if mapping.value(of: Self.advisorField) {
      advisor = ScanTimeAdvisor()
      if pages != nil {
        mapping.refuse("pagesToScan", "the advisor sets it, so leave it out")
      }
    }
    guard mapping.isSound else { return nil }
    pagesToScan = pages ?? pagesToScan
  }
}
