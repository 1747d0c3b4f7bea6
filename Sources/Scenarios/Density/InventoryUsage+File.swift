internal import Quantities
public import Studies

/// How the usage of a virtual machine at a moment is written.
extension InventoryUsage: MappingDecodable {
  private static let secondField = RequiredField(
    "second", ValueForm<UInt64>.integer(),
    "the moment, in seconds of a clock that all machines share")
  private static let residentField = OptionalField(
    "resident", ValueForm<ByteSize>.size, "the memory that its process held")
  private static let workingField = OptionalField(
    "workingSet", ValueForm<ByteSize>.size, "the memory that its guest used")

  /// What such a mapping is.
  public static var noun: String { "the usage at a moment" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      secondField.declaration, residentField.declaration, workingField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let second = mapping.value(of: Self.secondField)
    let residentBytes = mapping.value(of: Self.residentField)?.bytes
    let workingSetBytes = mapping.value(of: Self.workingField)?.bytes
    guard mapping.isSound, let second else { return nil }
    self.init(second: second)
    self.residentBytes = residentBytes
    self.workingSetBytes = workingSetBytes
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("second", .literal(second))
    list.add("resident", residentBytes.map { Node.literal(ByteSize($0)) })
    list.add("workingSet", workingSetBytes.map { Node.literal(ByteSize($0)) })
    return list.node
  }
}
