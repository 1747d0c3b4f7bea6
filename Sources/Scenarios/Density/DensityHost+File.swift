internal import Paging
internal import Quantities
public import Studies

/// How a host that machines are to fit on is written.
extension DensityHost: MappingDecodable {
  private static let standard = DensityHost(memoryBytes: 0)
  private static let nameField = DefaultField(
    "name", ValueForm<String>.text, default: standard.name, "what it is called")
  private static let architectureField = DefaultField(
    "architecture", ValueForm<ISA>.choice(), default: standard.architecture, "its architecture")
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 56)),
    "the memory")
  private static let installedField = DefaultField(
    "installed", ValueForm<Bool>.boolean, default: false,
    "whether that is what is plugged in, and not what the kernel says that it manages")
  private static let recordsField = DefaultField(
    "freesHugePageRecords", ValueForm<Bool>.boolean, default: standard.freesHugePageRecords,
    "whether the records of huge pages’ frames are freed")
  private static let reservedField = DefaultField(
    "reserved", ValueForm<ByteSize>.size, default: ByteSize(standard.reservedBytes),
    "what is kept for the host itself")
  private static let nodesField = DefaultField(
    "nodes", ValueForm<NodeLayout>.nodes, default: .even(1),
    "how many NUMA nodes share all evenly, or a list of nodes")
  private static let poolsField = DefaultField(
    "hugePages", ValueForm<[Pool]>.list(of: .mapping(), count: 0...8), default: [],
    "the pools of huge pages")
  private static let swapField = DefaultField(
    "swap", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 56)),
    default: ByteSize(0), "the swap")
  private static let processorsField = OptionalField(
    "processors", ValueForm<Int>.integer(in: 1...100_000),
    "the processors that run virtual machines")
  private static let ratioField = DefaultField(
    "processorRatio", ValueForm<Double>.number(in: 0.01...1000), default: 1,
    "how many virtual processors may share one")
  private static let resourcesField = DefaultField(
    "resources", ValueForm<[KeyedValue<UInt64>]>.keyed(of: .integer()), default: [],
    "what else there is an end of, such as virtual functions")
  private static let processesField = DefaultField(
    "processes", ValueForm<[Processes]>.list(of: .mapping(), count: 0...1000), default: [],
    "processes that are no virtual machines")

  /// What such a mapping is.
  public static var noun: String { "a host" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, architectureField.declaration, memoryField.declaration,
      installedField.declaration, recordsField.declaration, reservedField.declaration,
      nodesField.declaration, poolsField.declaration, swapField.declaration,
      processorsField.declaration, ratioField.declaration, resourcesField.declaration,
      processesField.declaration,
    ]
  }

  /// What a host is read from.
  public init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    self.init(memoryBytes: memory?.bytes ?? 0)
    name = mapping.value(of: Self.nameField)
    architecture = mapping.value(of: Self.architectureField)
    isInstalledMemory = mapping.value(of: Self.installedField)
    freesHugePageRecords = mapping.value(of: Self.recordsField)
    reservedBytes = mapping.value(of: Self.reservedField).bytes
    let layout = mapping.value(of: Self.nodesField)
    pools = mapping.value(of: Self.poolsField)
    swapBytes = mapping.value(of: Self.swapField).bytes
    processors = mapping.value(of: Self.processorsField)
    take(layout, memory: memory, &mapping)
    processorRatio = mapping.value(of: Self.ratioField)
    named = mapping.value(of: Self.resourcesField).map {
      DensityFlavour.Named($0.key, $0.value)
    }
    processes = mapping.value(of: Self.processesField)
    if let memory {
      let (pooled, overflow) = pools.reduce((UInt64(0), false)) { sum, pool in
        let (bytes, isOver) = pool.pages.multipliedReportingOverflow(by: pool.pageBytes)
        let (next, isMore) = sum.0.addingReportingOverflow(bytes)
        return (next, sum.1 || isOver || isMore)
      }
      if overflow || pooled > memory.bytes {
        mapping.refuse("hugePages", "all of them must be at most “memory”, \(memory)")
      }
      if reservedBytes > memory.bytes {
        mapping.refuse("reserved", "it must be at most “memory”, \(memory)")
      }
    }
    // What all hold and map is added up in 64 bits later, so that it is weighed in more here.
    let held = processes.reduce(UInt128(0)) { sum, process in
      let tables = UInt128(process.count) * UInt128(process.tableBytesOfEach(architecture))
      return sum + UInt128(process.residentBytes) + tables
    }
    if held > 1 << 56 {
      mapping.refuse(
        "processes",
        "all of them must hold at most \(ByteSize(1 << 56)) together with their tables")
    }
    guard mapping.isSound, memory != nil else { return nil }
  }

  /// The host as it is written.
  var node: Scenarios.Node {
    let usual = Self.standard
    var list = MemberList()
    if name != usual.name { list.add("name", .text(name)) }
    if architecture != usual.architecture {
      list.add("architecture", .literal(architecture.rawValue))
    }
    list.add("memory", .literal(ByteSize(memoryBytes)))
    if isInstalledMemory { list.add("installed", .literal(true)) }
    if !freesHugePageRecords { list.add("freesHugePageRecords", .literal(false)) }
    list.add("reserved", .literal(ByteSize(reservedBytes)))
    if !listedNodes.isEmpty {
      list.add("nodes", nodes: listedNodes.map(\.node))
    } else if nodes != 1 {
      list.add("nodes", .literal(nodes))
    }
    list.add("hugePages", nodes: pools.map(\.written))
    if swapBytes > 0 { list.add("swap", .literal(ByteSize(swapBytes))) }
    // The sum of what its nodes have need not be said.
    if !listedNodes.contains(where: { $0.processors != nil }) {
      list.add("processors", processors.map { .literal($0) })
    }
    if processorRatio != 1 { list.add("processorRatio", .literal(processorRatio)) }
    if !named.isEmpty {
      list.add(
        "resources",
        Scenarios.Node(
          .mapping(named.map { Scenarios.Node.Member($0.name, .literal($0.amount)) })))
    }
    list.add("processes", nodes: processes.map(\.node))
    return list.node
  }
}

/// How a pool of huge pages is written.
extension DensityHost.Pool: MappingDecodable {
  private static let sizeField = RequiredField(
    "pageSize", ValueForm<UInt64>.choice(among: [("2M", 2 << 20), ("1G", 1 << 30)]),
    "the size of a page")
  private static let pagesField = RequiredField(
    "pages", ValueForm<UInt64>.integer(in: 0...1 << 40),
    "how many there are, on all nodes or on its own")
  private static let nodeField = OptionalField(
    "node", ValueForm<Int>.integer(in: 0...63),
    "the node that it lies on, from 0, where “nodes” lists them")

  /// What such a mapping is.
  public static var noun: String { "a pool of huge pages" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [sizeField.declaration, pagesField.declaration, nodeField.declaration]
  }

  /// What a pool is read from.
  public init?(from mapping: inout MappingDecoder) {
    let size = mapping.value(of: Self.sizeField)
    let pages = mapping.value(of: Self.pagesField)
    let node = mapping.value(of: Self.nodeField)
    guard mapping.isSound, let size, let pages else { return nil }
    self.init(pageBytes: size, pages: pages, node: node)
  }

  /// The pool as it is written.
  var written: Scenarios.Node {
    var list = MemberList()
    list.add("pageSize", .literal(pageBytes == 1 << 30 ? "1G" : "2M"))
    list.add("pages", .literal(pages))
    list.add("node", node.map { .literal($0) })
    return list.node
  }
}
