public import Studies

/// How the contents of a fleet's memory are written, in percent of each VM's pages.
extension FleetMix: MappingDecodable {
  private static let standard = FleetMix()
  private static let percent = ValueForm<Int>.integer(in: 0...100)
  private static let zeroField = DefaultField(
    "zero", percent, default: standard.zeroPercent, "pages of zeros, in percent")
  private static let commonField = DefaultField(
    "common", percent, default: standard.commonPercent,
    "pages that every VM of the same image has, in percent")
  private static let volatileField = DefaultField(
    "volatile", percent, default: standard.volatilePercent,
    "pages that change between two visits, in percent")
  private static let imagesField = DefaultField(
    "images", ValueForm<Int>.integer(in: 1...100_000), default: standard.images,
    "how many images the VMs were made from, in turn")

  /// What such a mapping is.
  public static var noun: String { "a mix of pages" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      zeroField.declaration, commonField.declaration, volatileField.declaration,
      imagesField.declaration,
    ]
  }

  /// What a mix is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    zeroPercent = mapping.value(of: Self.zeroField)
    commonPercent = mapping.value(of: Self.commonField)
    volatilePercent = mapping.value(of: Self.volatileField)
    images = mapping.value(of: Self.imagesField)
    let all = zeroPercent + commonPercent + volatilePercent
    if mapping.isSound, all > 100 {
      let last = ["volatile", "common", "zero"].first { mapping.has($0) } ?? "common"
      mapping.refuse(
        last, "“zero”, “common” and “volatile” are \(all) % together; they can be 100 %")
    }
    guard mapping.isSound else { return nil }
  }
}
