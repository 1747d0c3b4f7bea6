internal import HostMemory
internal import Quantities

/// How the limits of a memory cgroup are written, under the kernel's names.
enum MemoryLimitFields {
  private static let size = ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 46))
  private static let minField = DefaultField(
    "memory.min", size, default: ByteSize(0), "below it nothing is taken from it")
  private static let lowField = DefaultField(
    "memory.low", size, default: ByteSize(0), "below it something is taken only in need")
  private static let highField = OptionalField(
    "memory.high", size, "above it its touches reclaim and are slowed down")
  private static let maxField = OptionalField("memory.max", size, "its limit")
  private static let swapMaxField = OptionalField(
    "memory.swap.max", size, "the most swap that it may use")

  /// The fields in the order in which they are told.
  static var declarations: [FieldDeclaration] {
    [
      minField.declaration, lowField.declaration, highField.declaration, maxField.declaration,
      swapMaxField.declaration,
    ]
  }

  /// The limits that a mapping has, in bytes.
  static func limits(_ mapping: inout MappingDecoder) -> MemoryGroupSettings {
    var limits = MemoryGroupSettings()
    limits.min = mapping.value(of: minField).bytes
    limits.low = mapping.value(of: lowField).bytes
    limits.high = mapping.value(of: highField)?.bytes
    limits.max = mapping.value(of: maxField)?.bytes
    limits.swapMax = mapping.value(of: swapMaxField)?.bytes
    return limits
  }
}
