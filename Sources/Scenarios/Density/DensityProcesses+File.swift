internal import Quantities
public import Studies

/// How processes that are no virtual machines are written.
extension DensityHost.Processes: MappingDecodable {
  private static let nameField = RequiredField("name", ValueForm<String>.text, "what they are")
  private static let countField = DefaultField(
    "count", ValueForm<UInt64>.integer(in: 1...10_000_000), default: 1, "how many there are")
  private static let residentField = RequiredField(
    "resident", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 56)),
    "what all of them hold; what they share counts once")
  private static let mapsField = DefaultField(
    "maps", ValueForm<[Mapping]>.list(of: .mapping(), count: 0...1000), default: [],
    "what each of them maps")

  /// What such a mapping is.
  public static var noun: String { "processes" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, countField.declaration, residentField.declaration,
      mapsField.declaration,
    ]
  }

  /// What they are read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let count = mapping.value(of: Self.countField)
    let resident = mapping.value(of: Self.residentField)
    let maps = mapping.value(of: Self.mapsField)
    guard mapping.isSound, let name, let resident else { return nil }
    self.init(name, count: count, residentBytes: resident.bytes, mappings: maps)
  }

  var node: Node {
    var list = MemberList()
    list.add("name", .text(name))
    list.add("count", .literal(count))
    list.add("resident", .literal(ByteSize(residentBytes)))
    list.add("maps", nodes: mappings.map(\.node))
    return list.node
  }
}

/// How memory that a process maps is written.
extension DensityHost.Processes.Mapping: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 46)), "how much")
  private static let pageField = DefaultField(
    "pageSize",
    ValueForm<UInt64>.choice(among: [("4K", 4096), ("2M", 2 << 20), ("1G", 1 << 30)]),
    default: 4096, "the pages that map it")

  /// What such a mapping is.
  public static var noun: String { "memory that a process maps" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [memoryField.declaration, pageField.declaration]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    let page = mapping.value(of: Self.pageField)
    guard mapping.isSound, let memory else { return nil }
    self.init(bytes: memory.bytes, pageBytes: page)
  }

  var node: Node {
    .mapping([
      "memory": .literal(ByteSize(bytes)),
      "pageSize": .literal(pageBytes == 4096 ? "4K" : pageBytes == 1 << 30 ? "1G" : "2M"),
    ])
  }
}
