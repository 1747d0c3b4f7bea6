internal import HostMemory
internal import Quantities
internal import Simulation
public import Studies

/// How a storm's policy is written.
extension StormPolicy: MappingDecodable {
  private static let backingField = DefaultField(
    "backing",
    ValueForm<FrameOrder>.choice(among: [("4K", .small), ("2M", .large), ("1G", .huge)]),
    default: .small, "the largest pages that memory is backed with")
  private static let populateField = DefaultField(
    "populate", ValueForm<Population>.choice(), default: Population.none,
    "what is done with memory before a machine starts")
  private static let extentField = DefaultField(
    "extent",
    ValueForm<Extent>.choice(among: [("all", Extent.all), ("hotSet", .hotSet)]), default: .all,
    "which memory that is done with: all, or what the guest will touch")
  private static let rangesField = OptionalField(
    "ranges", ValueForm<[Range<UInt64>]>.list(of: .memoryRange, count: 1...1000),
    "the ranges of memory that it is done with")
  private static let backgroundField = DefaultField(
    "background", ValueForm<Int>.integer(in: 0...256), default: 0,
    "how many threads of each machine do it beside its guest, in place of before")
  private static let poolField = OptionalField(
    "pool", ValueForm<ByteSize>.size,
    "the pool of pages as large as the backing that the host reserves at its boot")
  private static let passthroughField = DefaultField(
    "passthrough", ValueForm<Bool>.boolean, default: false,
    "whether a device is passed through to each machine, so that all its memory is pinned")
  private static let batchField = DefaultField(
    "batch",
    ValueForm<Int>.choice(among: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map { ("\($0)", $0) }),
    default: 1, "how many neighbours are mapped with one fault")
  private static let pathField = DefaultField(
    "faultPath", ValueForm<FaultPath>.choice(), default: .serial,
    "whether one machine's faults pass its lock one after another or beside each other")
  private static let staggerField = DefaultField(
    "stagger", ValueForm<TimeSpan>.quantity(in: zero...longest), default: zero,
    "how long after one machine the next one starts")
  private static let startsField = OptionalField(
    "startsAtOnce", ValueForm<Int>.integer(in: 1...1_000_000),
    "how many machines start at once; the next follows when one is ready")

  private static let zero = TimeSpan(picoseconds: 0)
  private static let longest = TimeSpan(picoseconds: 3_600_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a policy" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      backingField.declaration, populateField.declaration, extentField.declaration,
      rangesField.declaration, backgroundField.declaration, poolField.declaration,
      passthroughField.declaration, batchField.declaration,
      pathField.declaration, staggerField.declaration, startsField.declaration,
    ]
  }

  /// What a policy is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    backing = mapping.value(of: Self.backingField)
    population = mapping.value(of: Self.populateField)
    extent = mapping.value(of: Self.extentField)
    if let ranges = mapping.value(of: Self.rangesField) {
      if mapping.has("extent") {
        mapping.refuse("ranges", "“extent” says which memory is meant, so leave it out")
      }
      extent = .ranges(ranges)
    }
    backgroundThreads = mapping.value(of: Self.backgroundField)
    poolBytes = mapping.value(of: Self.poolField)?.bytes
    isPassedThrough = mapping.value(of: Self.passthroughField)
    if population == .none {
      for key in ["extent", "ranges", "background"] where mapping.has(key) {
        mapping.refuse(key, "nothing is prepared without “populate”, so leave it out")
      }
    }
    if poolBytes != nil, backing == .small {
      mapping.refuse("pool", "a pool has pages of 2M or 1G, which “backing” must say")
    }
    batch = mapping.value(of: Self.batchField)
    faultPath = mapping.value(of: Self.pathField)
    staggerNanoseconds = mapping.value(of: Self.staggerField).picoseconds / 1000
    startsAtOnce = mapping.value(of: Self.startsField)
    guard mapping.isSound else { return nil }
  }
}

extension ValueForm where Value == Range<UInt64> {
  /// A range of guest-physical addresses.
  fileprivate static var memoryRange: Self {
    let start = DefaultField(
      "start", ValueForm<ByteSize>.size, default: ByteSize(0), "its first address")
    let size = RequiredField("size", ValueForm<ByteSize>.size, "how long it is")
    return .mapping("a range", [start.declaration, size.declaration]) { mapping in
      let start = mapping.value(of: start)
      guard let size = mapping.value(of: size) else { return nil }
      guard size.bytes > 0, start.bytes < 1 << 52, size.bytes < 1 << 52 else {
        mapping.refuse("size", "it must be more than nothing, and of addresses below 4 PiB")
        return nil
      }
      return start.bytes..<start.bytes + size.bytes
    }
  }
}

/// How a storm's target is written.
extension StormTarget: MappingDecodable {
  private static let readyField = OptionalField(
    "ready", ValueForm<TimeSpan>.time, "how long after its start a machine may be ready")
  private static let percentileField = DefaultField(
    "percentile", ValueForm<Double>.number(in: 0...100), default: 99,
    "the percent of all machines that this is asked of")
  private static let memoryField = OptionalField(
    "memory", ValueForm<ByteSize>.size, "the most memory that all machines may come to use")

  /// What such a mapping is.
  public static var noun: String { "a target" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [readyField.declaration, percentileField.declaration, memoryField.declaration]
  }

  /// What a target is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    ready = mapping.value(of: Self.readyField).map { VirtualDuration($0) }
    percentile = mapping.value(of: Self.percentileField)
    memoryBytes = mapping.value(of: Self.memoryField)?.bytes
    guard mapping.isSound else { return nil }
  }
}
