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
    "what is done with all memory before a machine starts")
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
      backingField.declaration, populateField.declaration, batchField.declaration,
      pathField.declaration, staggerField.declaration, startsField.declaration,
    ]
  }

  /// What a policy is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    backing = mapping.value(of: Self.backingField)
    population = mapping.value(of: Self.populateField)
    batch = mapping.value(of: Self.batchField)
    faultPath = mapping.value(of: Self.pathField)
    staggerNanoseconds = mapping.value(of: Self.staggerField).picoseconds / 1000
    startsAtOnce = mapping.value(of: Self.startsField)
    guard mapping.isSound else { return nil }
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
