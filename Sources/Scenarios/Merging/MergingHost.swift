internal import Quantities

/// The host of a study of merging as a file says it.
struct MergingHost: Sendable {
  /// The memory that it has for VMs.
  var bytes: UInt64 = 0
  /// Whether it backs them with 2M pages.
  var isHuge = false
}

extension MergingHost: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 46)),
    "the memory that it has for VMs")
  private static let backingField = DefaultField(
    "backing", ValueForm<Bool>.choice(among: [("4K", false), ("2M", true)]), default: false,
    "the pages that it backs them with; merging breaks large ones")

  static var noun: String { "a host" }

  static var fields: [FieldDeclaration] { [memoryField.declaration, backingField.declaration] }

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    isHuge = mapping.value(of: Self.backingField)
    guard mapping.isSound, let memory else { return nil }
    bytes = memory.bytes
  }
}
