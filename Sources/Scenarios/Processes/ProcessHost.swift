internal import Quantities

/// The host of a study of processes as a file says it.
struct ProcessHost: Sendable {
  /// What it has for the machine.
  var memory: UInt64
  /// What it can swap of it.
  var swap: UInt64
}

extension ProcessHost: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 24)...ByteSize(1 << 46)),
    "what it has for the machine's pages")
  private static let swapField = DefaultField(
    "swap", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 46)),
    default: ByteSize(0), "what it can swap of them")

  static var noun: String { "a host" }

  static var fields: [FieldDeclaration] { [memoryField.declaration, swapField.declaration] }

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    swap = mapping.value(of: Self.swapField).bytes
    guard mapping.isSound, let memory else { return nil }
    self.memory = memory.bytes
  }
}

/// The machine of a study of processes as a file says it.
struct ProcessGuest: Sendable {
  /// What its processes and their tables share.
  var memory: UInt64
}

extension ProcessGuest: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 24)...ByteSize(1 << 44)),
    "what its processes and their tables share")

  static var noun: String { "a guest" }

  static var fields: [FieldDeclaration] { [memoryField.declaration] }

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    guard mapping.isSound, let memory else { return nil }
    self.memory = memory.bytes
  }
}
