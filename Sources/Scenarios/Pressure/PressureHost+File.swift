internal import HostMemory
internal import Quantities
public import Studies

/// How the host of a pressure study is written.
extension PressureHost: MappingDecodable {
  private static let standard = PressureHost()
  private static let sizes = ByteSize(0)...ByteSize(1 << 46)
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 24)...ByteSize(1 << 46)),
    "the memory that services and free frames share")
  private static let swapField = DefaultField(
    "swap", ValueForm<ByteSize>.quantity(in: sizes), default: ByteSize(0), "the swap")
  private static let swappinessField = DefaultField(
    "swappiness", ValueForm<UInt64>.integer(in: 0...200), default: standard.swappiness,
    "how readily anonymous pages go")
  private static let policyField = DefaultField(
    "policy", ValueForm<ReclaimPolicy>.choice(), default: standard.policy,
    "how it chooses the pages that leave")
  private static let minField = OptionalField(
    "min", ValueForm<ByteSize>.quantity(in: sizes),
    "below it touches reclaim; the kernel's own marks hold without")
  private static let lowField = OptionalField(
    "low", ValueForm<ByteSize>.quantity(in: sizes), "below it kswapd wakes")
  private static let highField = OptionalField(
    "high", ValueForm<ByteSize>.quantity(in: sizes), "above it kswapd sleeps")
  private static let readField = DefaultField(
    "read", ValueForm<TimeSpan>.quantity(in: shortest...longest),
    default: TimeSpan(picoseconds: standard.readNanoseconds * 1000),
    "how long storage takes to read a page")
  private static let writeField = DefaultField(
    "write", ValueForm<TimeSpan>.quantity(in: shortest...longest),
    default: TimeSpan(picoseconds: standard.writeNanoseconds * 1000),
    "how long storage takes to write a page")
  private static let depthField = DefaultField(
    "depth", ValueForm<Int>.integer(in: 1...1024), default: standard.depth,
    "how many reads and writes storage does at once")
  private static let queueField = OptionalField(
    "queue", ValueForm<Int>.integer(in: 1...65_536),
    "how many of them its queue has room for, before who reclaims waits; twice the depth without")
  private static let processorsField = OptionalField(
    "processors", ValueForm<Int>.integer(in: 1...4096),
    "the processors that services, kswapd and ksmd share; never short without")
  private static let sliceField = OptionalField(
    "slice", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 1_000_000)...longest),
    "how long one keeps its processor while others wait; without, the kernel's: 0.7 ms on one"
      + " processor, 1.4 ms from 2, 2.1 ms from 4, 2.8 ms from 8")
  private static let scannerField = OptionalField(
    "ksmd", ValueForm<PressureScanner>.mapping(),
    "the scanner of same-page merging, of which only its processor time is seen here")

  private static let shortest = TimeSpan(picoseconds: 1000)
  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a host" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      memoryField.declaration, swapField.declaration, swappinessField.declaration,
      policyField.declaration,
      minField.declaration, lowField.declaration, highField.declaration, readField.declaration,
      writeField.declaration, depthField.declaration, queueField.declaration,
      processorsField.declaration, sliceField.declaration, scannerField.declaration,
    ]
  }

  /// What a host is read from.
  public init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memoryField)
    let swap = mapping.value(of: Self.swapField)
    let swappiness = mapping.value(of: Self.swappinessField)
    let marks = [
      mapping.value(of: Self.minField), mapping.value(of: Self.lowField),
      mapping.value(of: Self.highField),
    ].map { $0?.bytes }
    let read = mapping.value(of: Self.readField)
    let write = mapping.value(of: Self.writeField)
    let depth = mapping.value(of: Self.depthField)
    let policy = mapping.value(of: Self.policyField)
    let queue = mapping.value(of: Self.queueField)
    let processors = mapping.value(of: Self.processorsField)
    let slice = mapping.value(of: Self.sliceField)
    let scanner = mapping.value(of: Self.scannerField)
    if processors == nil {
      for key in ["slice", "ksmd"] where mapping.has(key) {
        mapping.refuse(key, "processors are never short without “processors”")
      }
    }
    let given = marks.compactMap { $0 }
    if !given.isEmpty, given.count < 3 || given != given.sorted() {
      mapping.refuse(
        mapping.has("min") ? "min" : mapping.has("low") ? "low" : "high",
        "“min”, “low” and “high” stand together, none below the one before")
    }
    guard mapping.isSound, let memory else { return nil }
    self.init()
    memoryBytes = memory.bytes
    swapBytes = swap.bytes
    self.swappiness = swappiness
    if given.count == 3 { self.marks = Marks(min: given[0], low: given[1], high: given[2]) }
    readNanoseconds = read.picoseconds / 1000
    writeNanoseconds = write.picoseconds / 1000
    self.depth = depth
    self.queue = queue
    self.policy = policy
    self.processors = processors
    sliceNanoseconds = slice.map { $0.picoseconds / 1000 }
    self.scanner = scanner
  }
}
