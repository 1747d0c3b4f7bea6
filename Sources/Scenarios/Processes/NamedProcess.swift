internal import Quantities
internal import Studies

/// A process of a guest as a file says it: the one that it is forked from by its name.
struct NamedProcess: Sendable {
  var process: GuestProcess
  var parent: String?
}

extension NamedProcess: MappingDecodable {
  private static let standard = GuestProcess("")
  private static let nameField = RequiredField(
    "name", ValueForm<String>.text, "what it is called")
  private static let memoryField = OptionalField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 44)),
    "its memory, all of which it writes before the measurement starts")
  private static let parentField = OptionalField(
    "forkedFrom", ValueForm<String>.text, "the process that it is forked from, instead")
  private static let countField = DefaultField(
    "count", ValueForm<Int>.integer(in: 1...64), default: standard.count, "how many are forked")
  private static let startField = DefaultField(
    "start", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: 0), "when it is forked, or begins to touch")
  private static let orderField = DefaultField(
    "order", ValueForm<GuestProcess.Order>.choice(), default: standard.order,
    "how it goes through its memory: at random as long as it lives, or once, and then it ends")
  private static let hotField = DefaultField(
    "hot", ValueForm<Share>.share, default: Share.whole,
    "the part of its memory that is touched at random")
  private static let writesField = DefaultField(
    "writes", ValueForm<Share>.share, default: Share(billionths: 0),
    "the part of its touches that write")
  private static let workField = DefaultField(
    "work", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 1000)...longest),
    default: TimeSpan(picoseconds: standard.workNanoseconds * 1000),
    "what it computes with each touch")
  private static let touchesField = DefaultField(
    "touches", ValueForm<UInt64>.integer(in: 0...1_000_000_000), default: standard.touches,
    "the touches of a request; with none it sleeps")

  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000_000_000)

  static var noun: String { "a process" }

  static var fields: [FieldDeclaration] {
    [
      nameField.declaration, memoryField.declaration, parentField.declaration,
      countField.declaration, startField.declaration, orderField.declaration,
      hotField.declaration, writesField.declaration, workField.declaration,
      touchesField.declaration,
    ]
  }

  init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    process = GuestProcess(name ?? "")
    let memory = mapping.value(of: Self.memoryField)
    parent = mapping.value(of: Self.parentField)
    process.count = mapping.value(of: Self.countField)
    process.startNanoseconds = mapping.value(of: Self.startField).picoseconds / 1000
    process.order = mapping.value(of: Self.orderField)
    process.hotShare = Double(mapping.value(of: Self.hotField).billionths) / 1e9
    process.writeShare = Double(mapping.value(of: Self.writesField).billionths) / 1e9
    process.workNanoseconds = mapping.value(of: Self.workField).picoseconds / 1000
    process.touches = mapping.value(of: Self.touchesField)
    if memory != nil, parent != nil {
      mapping.refuse("memory", "a process that is forked has the other's memory, so leave it out")
    }
    if mapping.isSound, memory == nil, parent == nil {
      mapping.refuse("memory", "a process has either memory or another that it is forked from")
    }
    if parent == nil, process.count > 1 {
      mapping.refuse("count", "there is one of a process that is not forked")
    }
    if process.order == .once, process.touches == 0 {
      mapping.refuse("touches", "who goes through its memory touches it")
    }
    guard mapping.isSound, name != nil else { return nil }
    process.memoryBytes = memory?.bytes ?? 0
  }
}
