internal import Quantities
public import Studies

/// How free pages of one size are written.
extension InventoryNode.FreePages: MappingDecodable {
  private static let sizeField = RequiredField(
    "pageSize", ValueForm<UInt64>.pageSize, "the bytes of a page")
  private static let countField = RequiredField(
    "count", ValueForm<Observed<UInt64>>.observedNumber, "how many are free")

  /// What such a mapping is.
  public static var noun: String { "free pages" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      sizeField.declaration, countField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let pageBytes = mapping.value(of: Self.sizeField)
    let count = mapping.value(of: Self.countField)
    guard mapping.isSound, let pageBytes, let count else { return nil }
    self.init(pageBytes: pageBytes, count: count)
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("pageSize", .literal(ByteSize(pageBytes)))
    list.add("count", count.numberNode)
    return list.node
  }
}
