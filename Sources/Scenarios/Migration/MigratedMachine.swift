internal import HostMemory
internal import Paging
internal import Quantities

/// The machine of a migration as a file writes it.
struct MigratedMachine: Sendable, Hashable {
  var memory = ByteSize(4 << 30)
  var used: ByteSize?
  var processors = 1
  var tables = HostFormat.ept4
  var backing = FrameOrder.small
  var state = ByteSize(4 << 20)
}

extension MigratedMachine: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 40)), "its memory")
  private static let usedField = OptionalField(
    "used", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 40)),
    "how much of it holds anything but zeros at the start; all without")
  private static let processorsField = DefaultField(
    "processors", ValueForm<Int>.integer(in: 1...1024), default: 1, "its virtual processors")
  private static let tablesField = DefaultField(
    "tables", ValueForm<HostFormat>.choice(), default: .ept4, "the second stage's tables")
  private static let backingField = DefaultField(
    "backing",
    ValueForm<FrameOrder>.choice(among: [("4K", .small), ("2M", .large), ("1G", .huge)]),
    default: .small, "the largest pages that its memory is backed with, on both hosts")
  private static let stateField = DefaultField(
    "state", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 40)),
    default: ByteSize(4 << 20), "what its processors and devices hold beside memory")

  /// What such a mapping is.
  static var noun: String { "a machine" }

  /// The fields in the order in which they are told.
  static var fields: [FieldDeclaration] {
    [
      memoryField.declaration, usedField.declaration, processorsField.declaration,
      tablesField.declaration, backingField.declaration, stateField.declaration,
    ]
  }

  /// What a machine is read from.
  init?(from mapping: inout MappingDecoder) {
    self.init()
    let memory = mapping.value(of: Self.memoryField)
    used = mapping.value(of: Self.usedField)
    processors = mapping.value(of: Self.processorsField)
    tables = mapping.value(of: Self.tablesField)
    backing = mapping.value(of: Self.backingField)
    state = mapping.value(of: Self.stateField)
    if let memory {
      if memory.bytes % 4096 != 0 { mapping.refuse("memory", "it must be a multiple of 4 KiB") }
      if let used, used > memory {
        mapping.refuse("used", "it must be at most “memory”, \(memory)")
      }
      if let used, used.bytes % 4096 != 0 {
        mapping.refuse("used", "it must be a multiple of 4 KiB")
      }
    }
    if tables.shape.pageShift != 12 {
      mapping.refuse("tables", "its smallest pages must be of 4 KiB")
    }
    guard mapping.isSound, let memory else { return nil }
    self.memory = memory
  }

  var node: Node {
    var list = MemberList()
    list.add("memory", .literal(memory))
    list.add("used", used.map { .literal($0) })
    list.add("processors", .literal(processors))
    list.add("tables", .text(tables.rawValue))
    list.add("backing", .literal(backing.word))
    list.add("state", .literal(state))
    return list.node
  }
}

extension FrameOrder {
  /// The size as files write it.
  fileprivate var word: String {
    switch self {
    case .small: "4K"
    case .large: "2M"
    case .huge: "1G"
    }
  }
}
