internal import Quantities

/// The host of a study of processes as a file says it.
struct ProcessHost: Sendable {
  /// What it has for the machine.
  var memory: UInt64
  /// What it can swap of it.
  var swap: UInt64
  /// How long storage takes to read a page, in nanoseconds.
  var read: UInt64?
}

extension ProcessHost: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 24)...ByteSize(1 << 46)),
    "what it has for the machine's pages")
  private static let swapField = DefaultField(
    "swap", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 46)),
    default: ByteSize(0), "what it can swap of them")

  private static let readField = OptionalField(
    "read",
    ValueForm<TimeSpan>.quantity(
      in: TimeSpan(picoseconds: 1000)...TimeSpan(picoseconds: 1_000_000_000_000)),
    "how long storage takes to read a page of them; the profile's time without")

  static var noun: String { "a host" }

  static var fields: [FieldDeclaration] {
    [memoryField.declaration, swapField.declaration, readField.declaration]
  }

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    swap = mapping.value(of: Self.swapField).bytes
    read = mapping.value(of: Self.readField).map { $0.picoseconds / 1000 }
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
