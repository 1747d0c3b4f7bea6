internal import HostMemory
internal import Quantities
public import Studies

/// How merging is asked for in a question of density.
extension Density.Merging: MappingDecodable {
  private static let standard = Density.Merging()
  private static let zeroField = DefaultField(
    "zero", ValueForm<Int>.percent, default: standard.mix.zeroPercent,
    "the part of what guests use that is pages of zeros")
  private static let commonField = DefaultField(
    "common", ValueForm<Int>.percent, default: standard.mix.commonPercent,
    "the part that every machine of the same image has, each page once")
  private static let volatileField = DefaultField(
    "volatile", ValueForm<Int>.percent, default: standard.mix.volatilePercent,
    "the part that changes between two visits of the scanner")
  private static let imagesField = DefaultField(
    "images", ValueForm<Int>.integer(in: 1...1_000_000), default: standard.mix.images,
    "how many images the machines were made from, in turn")
  private static let afterField = DefaultField(
    "after", ValueForm<TimeSpan>.time,
    default: TimeSpan(picoseconds: UInt64(standard.seconds) * 1_000_000_000_000),
    "how long the scanner has run")
  private static let pagesField = DefaultField(
    "pagesToScan", ValueForm<Int>.integer(in: 1...10_000_000),
    default: standard.settings.pagesToScan,
    "how many pages the scanner visits at most when it wakes")
  private static let sleepField = DefaultField(
    "sleepMilliseconds", ValueForm<Int>.integer(in: 0...1_000_000),
    default: standard.settings.sleepMilliseconds, "how long it sleeps between")
  private static let zeroPagesField = DefaultField(
    "useZeroPages", ValueForm<Bool>.boolean, default: standard.settings.usesZeroPages,
    "whether pages of zeros are mapped to the kernel’s own")

  /// What such a mapping is.
  public static var noun: String { "merging" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      zeroField.declaration, commonField.declaration, volatileField.declaration,
      imagesField.declaration, afterField.declaration, pagesField.declaration,
      sleepField.declaration, zeroPagesField.declaration,
    ]
  }

  /// What merging is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    mix.zeroPercent = mapping.value(of: Self.zeroField)
    mix.commonPercent = mapping.value(of: Self.commonField)
    mix.volatilePercent = mapping.value(of: Self.volatileField)
    mix.images = mapping.value(of: Self.imagesField)
    seconds = Double(mapping.value(of: Self.afterField).picoseconds) / 1e12
    settings.pagesToScan = mapping.value(of: Self.pagesField)
    settings.sleepMilliseconds = mapping.value(of: Self.sleepField)
    settings.usesZeroPages = mapping.value(of: Self.zeroPagesField)
    if mix.zeroPercent + mix.commonPercent + mix.volatilePercent > 100 {
      mapping.refuse("zero", "it, “common” and “volatile” must be at most 100 % together")
    }
    if !(1...10_000_000).contains(seconds) {
      mapping.refuse("after", "it must be from 1 s to 10000000 s")
    }
    guard mapping.isSound else { return nil }
  }

  var node: Node {
    func percent(_ value: Int) -> Node {
      .literal(Share(billionths: UInt64(value) * 10_000_000))
    }
    let time = TimeSpan(picoseconds: UInt64((seconds * 1e12).rounded()))
    return .mapping([
      "zero": percent(mix.zeroPercent), "common": percent(mix.commonPercent),
      "volatile": percent(mix.volatilePercent), "images": .literal(mix.images),
      "after": .literal(time), "pagesToScan": .literal(settings.pagesToScan),
      "sleepMilliseconds": .literal(settings.sleepMilliseconds),
      "useZeroPages": .literal(settings.usesZeroPages),
    ])
  }
}

extension ValueForm where Value == Int {
  /// A part of a whole in whole percents.
  fileprivate static var percent: Self {
    ValueForm<Share>.share.map { (share) throws(FormError) in
      guard share.billionths % 10_000_000 == 0 else {
        throw FormError("it must be a whole number of percents")
      }
      return Int(share.billionths / 10_000_000)
    }
  }
}
