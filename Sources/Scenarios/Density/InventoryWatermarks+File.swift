internal import Quantities
public import Studies

/// How the watermarks of a host are written.
extension InventoryWatermarks: MappingDecodable {
  private static let minimumField = OptionalField(
    "minimum", ValueForm<Observed<UInt64>>.observedSize,
    "below this only those allocate that can’t wait")
  private static let lowField = OptionalField(
    "low", ValueForm<Observed<UInt64>>.observedSize, "below this reclaim in the background starts")
  private static let highField = OptionalField(
    "high", ValueForm<Observed<UInt64>>.observedSize, "above this it stops")

  /// What such a mapping is.
  public static var noun: String { "watermarks" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      minimumField.declaration, lowField.declaration, highField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    minimumBytes = mapping.value(of: Self.minimumField)
    lowBytes = mapping.value(of: Self.lowField)
    highBytes = mapping.value(of: Self.highField)
    guard mapping.isSound else { return nil }
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("minimum", minimumBytes?.sizeNode)
    list.add("low", lowBytes?.sizeNode)
    list.add("high", highBytes?.sizeNode)
    return list.node
  }
}
