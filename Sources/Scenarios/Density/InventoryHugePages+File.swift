internal import Quantities
public import Studies

/// How a pool of huge pages is written.
extension InventoryHugePages: MappingDecodable {
  private static let sizeField = RequiredField(
    "pageSize", ValueForm<UInt64>.pageSize, "the bytes of a page")
  private static let nodeField = OptionalField(
    "node", ValueForm<Int>.integer(in: 0...1_000_000),
    "the NUMA node, where the pool is counted by node")
  private static let totalField = RequiredField(
    "total", ValueForm<Observed<UInt64>>.observedNumber, "how many pages it has")
  private static let freeField = OptionalField(
    "free", ValueForm<Observed<UInt64>>.observedNumber, "how many of them nobody has")

  /// What such a mapping is.
  public static var noun: String { "a pool of huge pages" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      sizeField.declaration, nodeField.declaration, totalField.declaration, freeField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let pageBytes = mapping.value(of: Self.sizeField)
    let total = mapping.value(of: Self.totalField)
    let nodeNumber = mapping.value(of: Self.nodeField)
    let free = mapping.value(of: Self.freeField)
    guard mapping.isSound, let pageBytes, let total else { return nil }
    self.init(pageBytes: pageBytes, total: total)
    self.nodeNumber = nodeNumber
    self.free = free
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("pageSize", .literal(ByteSize(pageBytes)))
    list.add("node", nodeNumber.map { Node.literal($0) })
    list.add("total", total.numberNode)
    list.add("free", free?.numberNode)
    return list.node
  }
}
