internal import Quantities
internal import Studies

/// The host of a study of merging as a file says it.
struct MergingHost: Sendable {
  /// The memory that it has for VMs.
  var bytes: UInt64 = 0
  /// Whether it backs them with 2M pages.
  var isHuge = false
  /// The processors that VMs and scanner share.
  var processors: Int?
  /// How long one keeps its processor while others wait, if it is not the kernel's own slice.
  var slice: TimeSpan?
}

extension MergingHost: MappingDecodable {
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 46)),
    "the memory that it has for VMs")
  private static let backingField = DefaultField(
    "backing", ValueForm<Bool>.choice(among: [("4K", false), ("2M", true)]), default: false,
    "the pages that it backs them with; merging breaks large ones")

  private static let processorsField = OptionalField(
    "processors", ValueForm<Int>.integer(in: 1...4096),
    "the processors that VMs and the scanner share; never short without")
  private static let sliceField = OptionalField(
    "slice",
    ValueForm<TimeSpan>.quantity(
      in: TimeSpan(picoseconds: 1_000_000)...TimeSpan(picoseconds: 1_000_000_000_000)),
    "how long one keeps its processor while others wait; without, the kernel's: 0.7 ms on one"
      + " processor, 1.4 ms from 2, 2.1 ms from 4, 2.8 ms from 8")

  static var noun: String { "a host" }

  static var fields: [FieldDeclaration] {
    [
      memoryField.declaration, backingField.declaration, processorsField.declaration,
      sliceField.declaration,
    ]
  }

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    isHuge = mapping.value(of: Self.backingField)
    processors = mapping.value(of: Self.processorsField)
    slice = mapping.value(of: Self.sliceField)
    if processors == nil, mapping.has("slice") {
      mapping.refuse("slice", "processors are never short without “processors”")
    }
    guard mapping.isSound, let memory else { return nil }
    bytes = memory.bytes
  }
}
