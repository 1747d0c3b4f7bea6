internal import Quantities
public import Studies

/// How a NUMA node of an inventory is written.
extension InventoryNode: MappingDecodable {
  private static let numberField = RequiredField(
    "number", ValueForm<Int>.integer(in: 0...1_000_000), "its number")
  private static let memoryField = OptionalField(
    "memory", ValueForm<Observed<UInt64>>.observedSize, "its memory")
  private static let freeField = OptionalField(
    "free", ValueForm<Observed<UInt64>>.observedSize, "its memory that is free")
  private static let processorsField = OptionalField(
    "processors", ValueForm<Observed<Int>>.observedCount, "its processors")
  private static let pagesField = DefaultField(
    "freePages", ValueForm<[InventoryNode.FreePages]>.list(of: .mapping()), default: [],
    "its free pages by size")

  /// What such a mapping is.
  public static var noun: String { "a NUMA node" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      numberField.declaration, memoryField.declaration, freeField.declaration,
      processorsField.declaration, pagesField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let number = mapping.value(of: Self.numberField)
    let memoryBytes = mapping.value(of: Self.memoryField)
    let freeBytes = mapping.value(of: Self.freeField)
    let processors = mapping.value(of: Self.processorsField)
    let freePages = mapping.value(of: Self.pagesField)
    guard mapping.isSound, let number else { return nil }
    self.init(number)
    self.memoryBytes = memoryBytes
    self.freeBytes = freeBytes
    self.processors = processors
    self.freePages = freePages
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("number", .literal(number))
    list.add("memory", memoryBytes?.sizeNode)
    list.add("free", freeBytes?.sizeNode)
    list.add("processors", processors?.countNode)
    list.add("freePages", nodes: freePages.map(\.node))
    return list.node
  }
}
