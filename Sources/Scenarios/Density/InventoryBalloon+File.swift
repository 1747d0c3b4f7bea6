internal import Quantities
public import Studies

/// How the balloon of a virtual machine is written.
extension InventoryBalloon: MappingDecodable {
  private static let currentField = OptionalField(
    "current", ValueForm<Observed<UInt64>>.observedSize,
    "the memory that the guest has, the balloon’s taken off")
  private static let minimumField = OptionalField(
    "minimum", ValueForm<Observed<UInt64>>.observedSize,
    "the least memory that the balloon leaves to the guest")
  private static let secondsField = OptionalField(
    "statisticsSeconds", ValueForm<Observed<UInt64>>.observedNumber,
    "how many seconds lie between two reports of statistics; 0 for none")
  private static let reportsField = OptionalField(
    "freePageReporting", ValueForm<Observed<Bool>>.observedTruth,
    "whether the guest reports its free pages")

  /// What such a mapping is.
  public static var noun: String { "a balloon" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      currentField.declaration, minimumField.declaration, secondsField.declaration,
      reportsField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    currentBytes = mapping.value(of: Self.currentField)
    minimumBytes = mapping.value(of: Self.minimumField)
    statisticsSeconds = mapping.value(of: Self.secondsField)
    reportsFreePages = mapping.value(of: Self.reportsField)
    guard mapping.isSound else { return nil }
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("current", currentBytes?.sizeNode)
    list.add("minimum", minimumBytes?.sizeNode)
    list.add("statisticsSeconds", statisticsSeconds?.numberNode)
    list.add("freePageReporting", reportsFreePages?.truthNode)
    return list.node
  }
}
