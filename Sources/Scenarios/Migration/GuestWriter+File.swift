internal import Guests
internal import Quantities
public import Studies

/// A pattern of writes as a file writes it, with the keys that belong to it.
struct WrittenPattern: Sendable, Hashable {
  /// The names of patterns.
  enum Name: String, Sendable, Hashable, CaseIterable {
    case uniform
    case hotAndCold = "hot-cold"
    case sequential
    case zipf
    case recorded
    case phases
  }

  var name = Name.uniform
  var hot = Share(billionths: 100_000_000)
  var hotWrites = Share(billionths: 900_000_000)
  var exponent = 1.0
  var recording: RecordedBoot?
  var pages: [UInt64] = []

  fileprivate static let single = Name.allCases.filter { $0 != .phases }.map { ($0.rawValue, $0) }
  fileprivate static let hotField = DefaultField(
    "hot", ValueForm<Share>.share, default: Self().hot,
    "with hot-cold, the part of the memory that is hot, from its start")
  fileprivate static let writesField = DefaultField(
    "hotWrites", ValueForm<Share>.share, default: Self().hotWrites,
    "with hot-cold, the part of the writes that go there")
  fileprivate static let exponentField = DefaultField(
    "exponent", ValueForm<Double>.number(in: 0.01...10), default: 1,
    "with zipf, how much more popular the popular pages are")
  fileprivate static let recordingField = OptionalField(
    "recording", ValueForm<RecordedBoot>.choice(),
    "with recorded, the boot whose writes are made over and over")
  fileprivate static let pagesField = OptionalField(
    "pages", ValueForm<[UInt64]>.list(of: .integer(in: 0...(1 << 28)), count: 1...1_000_000),
    "with recorded, the numbers of the pages that are written, over and over")

  fileprivate static var fields: [FieldDeclaration] {
    [
      hotField.declaration, writesField.declaration, exponentField.declaration,
      recordingField.declaration, pagesField.declaration,
    ]
  }

  fileprivate init() {}

  /// The pattern of a mapping that has its name already; the keys of other patterns are not read, and so
  /// refused.
  fileprivate init(_ name: Name, _ mapping: inout MappingDecoder) {
    self.name = name
    switch name {
    case .uniform, .sequential, .phases: break
    case .hotAndCold:
      hot = mapping.value(of: Self.hotField)
      hotWrites = mapping.value(of: Self.writesField)
    case .zipf: exponent = mapping.value(of: Self.exponentField)
    case .recorded:
      recording = mapping.value(of: Self.recordingField)
      pages = mapping.value(of: Self.pagesField) ?? []
      if mapping.has("recording") == mapping.has("pages") {
        mapping.refuse(
          mapping.has("pages") ? "pages" : "recording",
          "a recorded pattern has either a “recording” or “pages”")
      }
    }
  }

  /// The pattern as the study has it.
  var pattern: WritePattern {
    switch name {
    case .uniform, .phases: .uniform
    case .sequential: .sequential
    case .hotAndCold: .hotAndCold(hot: hot.billionths, writes: hotWrites.billionths)
    case .zipf: .zipf(exponent: exponent)
    case .recorded: .recorded(recording.map(Self.writes) ?? pages)
    }
  }

  /// The pages that a recorded boot writes, in their order.
  static func writes(_ boot: RecordedBoot) -> [UInt64] {
    boot.trace.touches.filter { $0.kind == .write }.map { UInt64($0.page) }
  }

  /// Writes a pattern's keys.
  static func add(_ pattern: WritePattern, to list: inout MemberList) {
    func share(_ billionths: UInt64) -> Node { .literal(Share(billionths: billionths)) }
    switch pattern {
    case .uniform: list.add("pattern", .text(Name.uniform.rawValue))
    case .sequential: list.add("pattern", .text(Name.sequential.rawValue))
    case .hotAndCold(let hot, let writes):
      list.add("pattern", .text(Name.hotAndCold.rawValue))
      list.add("hot", share(hot))
      list.add("hotWrites", share(writes))
    case .zipf(let exponent):
      list.add("pattern", .text(Name.zipf.rawValue))
      list.add("exponent", .literal(exponent))
    case .recorded(let pages):
      list.add("pattern", .text(Name.recorded.rawValue))
      if let boot = RecordedBoot.allCases.first(where: { writes($0) == pages }) {
        list.add("recording", .text(boot.rawValue))
      } else {
        list.add("pages", .sequence(pages.map { .literal($0) }))
      }
    case .phases(let phases):
      list.add("pattern", .text(Name.phases.rawValue))
      list.add("phases", .sequence(phases.map(\.node)))
    }
  }
}

/// How a phase of writes is written.
extension WritePhase: MappingDecodable {
  private static let patternField = DefaultField(
    "pattern", ValueForm<WrittenPattern.Name>.choice(among: WrittenPattern.single),
    default: .uniform, "which pages are written")
  private static let durationField = RequiredField(
    "duration", ValueForm<TimeSpan>.quantity(in: shortest...longest), "how long it is kept")
  private static let bytesField = OptionalField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 40)),
    "what is written, from the start of the memory; the writer's without")
  private static let rateField = OptionalField(
    "rate", ValueForm<DataRate>.quantity(in: GuestWriter.rates),
    "how fast each processor writes; the writer's without")
  private static let shortest = TimeSpan(picoseconds: 1_000_000_000)
  private static let longest = TimeSpan(picoseconds: 3_600_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a phase of writes" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      patternField.declaration, durationField.declaration, bytesField.declaration,
      rateField.declaration,
    ] + WrittenPattern.fields
  }

  /// What a phase is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.patternField)
    let duration = mapping.value(of: Self.durationField)
    let bytes = mapping.value(of: Self.bytesField)
    let rate = mapping.value(of: Self.rateField)
    let pattern = WrittenPattern(name, &mapping)
    guard mapping.isSound, let duration else { return nil }
    self.init(
      pattern.pattern, picoseconds: Int64(duration.picoseconds), bytes: bytes?.bytes,
      bitsPerSecond: rate?.bitsPerSecond)
  }

  fileprivate var node: Node {
    var list = MemberList()
    WrittenPattern.add(pattern, to: &list)
    list.add("duration", .literal(TimeSpan(picoseconds: UInt64(picoseconds))))
    list.add("memory", bytes.map { .literal(ByteSize($0)) })
    list.add("rate", bitsPerSecond.map { .literal(DataRate(bitsPerSecond: $0)) })
    return list.node
  }
}

/// How what a guest writes is written.
extension GuestWriter: MappingDecodable {
  fileprivate static let rates =
    DataRate(
      bitsPerSecond: 0)...DataRate(
      bitsPerSecond: 80_000_000_000_000)
  private static let patternField = DefaultField(
    "pattern", ValueForm<WrittenPattern.Name>.choice(), default: .uniform, "which pages are written"
  )
  private static let bytesField = OptionalField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 40)),
    "what is written, from the start of the memory; all that is used without")
  private static let rateField = RequiredField(
    "rate", ValueForm<DataRate>.quantity(in: rates),
    "how fast each processor writes whole pages while nothing slows it")
  private static let phasesField = OptionalField(
    "phases", ValueForm<[WritePhase]>.list(of: .mapping(), count: 1...100),
    "with phases, one pattern after another, and from the first again")

  /// What such a mapping is.
  public static var noun: String { "a writer" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      patternField.declaration, bytesField.declaration, rateField.declaration,
      phasesField.declaration,
    ] + WrittenPattern.fields
  }

  /// What a writer is read from; without memory of its own it has none yet.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.patternField)
    let bytes = mapping.value(of: Self.bytesField)
    let rate = mapping.value(of: Self.rateField)
    var pattern = WrittenPattern(name, &mapping).pattern
    if name == .phases {
      if let phases = mapping.value(needed: Self.phasesField) { pattern = .phases(phases) }
    }
    guard mapping.isSound, let rate else { return nil }
    self.init(pattern, bytes: bytes?.bytes ?? 0, bitsPerSecond: rate.bitsPerSecond)
  }

  var node: Node {
    var list = MemberList()
    WrittenPattern.add(pattern, to: &list)
    list.add("memory", .literal(ByteSize(bytes)))
    list.add("rate", .literal(DataRate(bitsPerSecond: bitsPerSecond)))
    return list.node
  }
}
