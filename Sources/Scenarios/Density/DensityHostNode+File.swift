internal import Quantities
public import Studies

/// The NUMA nodes of a host as they are written: how many, or each with what it has.
enum NodeLayout: Sendable {
  /// So many nodes that share all evenly.
  case even(Int)
  /// Nodes that need not be alike.
  case listed([DensityHost.Node])
}

extension ValueForm where Value == NodeLayout {
  /// A number of nodes or a list of them.
  static var nodes: Self {
    let range = 1...64
    return .scalar(
      ValueForm<Int>.integer(in: range).map { (count) throws(FormError) in .even(count) },
      orList: ValueForm<[DensityHost.Node]>.list(of: .mapping(), count: range).map {
        (nodes) throws(FormError) in .listed(nodes)
      })
  }
}

/// How a NUMA node of such a host is written.
extension DensityHost.Node: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 56)),
    "its memory")
  private static let processorsField = OptionalField(
    "processors", ValueForm<Int>.integer(in: 0...100_000), "its processors")

  /// What such a mapping is.
  public static var noun: String { "a NUMA node" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [memoryField.declaration, processorsField.declaration]
  }

  /// What a node is read from.
  public init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    let processors = mapping.value(of: Self.processorsField)
    guard mapping.isSound, let memory else { return nil }
    self.init(memoryBytes: memory.bytes, processors: processors)
  }

  /// The node as it is written.
  var node: Scenarios.Node {
    var list = MemberList()
    list.add("memory", .literal(ByteSize(memoryBytes)))
    list.add("processors", processors.map { .literal($0) })
    return list.node
  }
}

extension DensityHost {
  /// Takes the nodes as they are written, where they agree with the memory, processors and pools.
  mutating func take(
    _ layout: NodeLayout, memory: ByteSize?, _ mapping: inout MappingDecoder
  ) {
    guard case .listed(let list) = layout else {
      if case .even(let count) = layout { nodes = count }
      if mapping.isSound, pools.contains(where: { $0.node != nil }) {
        mapping.refuse("hugePages", "a pool has a “node” only where “nodes” is a list of them")
      }
      return
    }
    listedNodes = list
    let sum = list.reduce(UInt128(0)) { $0 + UInt128($1.memoryBytes) }
    if let memory, sum != UInt128(memory.bytes) {
      let text = UInt64(exactly: sum).map { "\(ByteSize($0))" } ?? "more"
      mapping.refuse(
        "nodes", "they have \(text) together, and must have all of “memory”, \(memory)")
    }
    let own = list.compactMap(\.processors)
    if !own.isEmpty {
      let count = own.reduce(0, +)
      if own.count < list.count {
        mapping.refuse("nodes", "all of them must say their “processors”, or none")
      } else if let processors, processors != count {
        mapping.refuse(
          "nodes",
          "they have \(count) processors together, which must be “processors”, \(processors)")
      } else {
        processors = count
      }
    }
    if let pool = pools.first(where: { ($0.node ?? 0) >= list.count }) {
      mapping.refuse(
        "hugePages", "there is no node \(pool.node ?? 0); it must be from 0 to \(list.count - 1)")
      return
    }
    guard pools.allSatisfy({ $0.pages <= (1 << 56) / $0.pageBytes }) else { return }
    for (number, bytes) in poolBytesOnNodes.enumerated() where bytes > list[number].memoryBytes {
      mapping.refuse(
        "hugePages",
        "those of node \(number) take \(ByteSize(bytes)), and must be at most its memory,"
          + " \(ByteSize(list[number].memoryBytes))")
    }
  }
}
