internal import Quantities
internal import Simulation
public import Studies

/// How the host of a storm is written.
extension StormHost: MappingDecodable {
  private static let standard = StormHost()
  private static let processorsField = DefaultField(
    "processors", ValueForm<Int>.integer(in: 1...100_000), default: standard.processors,
    "the processors that run virtual machines")
  private static let memoryField = DefaultField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 56)),
    default: ByteSize(standard.memoryBytes), "the memory")
  private static let largePagesField = OptionalField(
    "largePages", ValueForm<ByteSize>.size, "how much of the memory is free in runs of 2 MiB")
  private static let sliceField = DefaultField(
    "slice", ValueForm<TimeSpan>.quantity(in: shortest...longest), default: standard.slice.timeSpan,
    "how long a virtual processor keeps its processor while others wait")
  private static let switchField = DefaultField(
    "switch", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: standard.switchCost.timeSpan, "what it costs a processor to turn to another one")
  private static let zeroingField = OptionalField(
    "zeroing", ValueForm<DataRate>.quantity(in: slowest...fastest),
    "how fast all processors together can zero memory")
  private static let batchField = DefaultField(
    "allocationBatch", ValueForm<Int>.integer(in: 1...1_000_000), default: standard.allocationBatch,
    "how many frames a processor takes from the free ones under their lock")
  private static let storageField = DefaultField(
    "storageDepth", ValueForm<Int>.integer(in: 1...65_536), default: standard.storageDepth,
    "how many requests the storage works on at once")
  private static let readAroundField = DefaultField(
    "readAround", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 30)),
    default: ByteSize(standard.readAroundBytes),
    "how much of a shared snapshot is read at once around a page that is missing")
  private static let networkField = DefaultField(
    "networkDepth", ValueForm<Int>.integer(in: 1...65_536), default: standard.networkDepth,
    "how many requests the network carries at once")
  private static let handlerField = DefaultField(
    "handlerThreads", ValueForm<Int>.integer(in: 1...65_536), default: standard.handlerThreads,
    "how many threads of a handler in user space bring pages")

  private static let shortest = TimeSpan(picoseconds: 1000)
  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000)
  private static let slowest = DataRate(bitsPerSecond: 8_000_000)
  private static let fastest = DataRate(bitsPerSecond: 800_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a host" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      processorsField.declaration, memoryField.declaration, largePagesField.declaration,
      sliceField.declaration,
      switchField.declaration, zeroingField.declaration, batchField.declaration,
      storageField.declaration, readAroundField.declaration, networkField.declaration,
      handlerField.declaration,
    ]
  }

  /// What a host is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    processors = mapping.value(of: Self.processorsField)
    memoryBytes = mapping.value(of: Self.memoryField).bytes
    largePageBytes = mapping.value(of: Self.largePagesField)?.bytes
    slice = VirtualDuration(mapping.value(of: Self.sliceField))
    switchCost = VirtualDuration(mapping.value(of: Self.switchField))
    if let rate = mapping.value(of: Self.zeroingField) {
      zeroBytesPerSecond = Int64(rate.bitsPerSecond / 8)
    }
    allocationBatch = mapping.value(of: Self.batchField)
    storageDepth = mapping.value(of: Self.storageField)
    readAroundBytes = mapping.value(of: Self.readAroundField).bytes
    if readAroundBytes % 4096 != 0 {
      mapping.refuse("readAround", "it must be a multiple of 4 KiB")
    }
    networkDepth = mapping.value(of: Self.networkField)
    handlerThreads = mapping.value(of: Self.handlerField)
    guard mapping.isSound else { return nil }
  }
}

extension VirtualDuration {
  /// The time that a file writes.
  init(_ span: TimeSpan) { self.init(picoseconds: Int64(min(span.picoseconds, 1 << 62))) }

  /// The time as a file writes it.
  var timeSpan: TimeSpan { TimeSpan(picoseconds: UInt64(picoseconds)) }
}
