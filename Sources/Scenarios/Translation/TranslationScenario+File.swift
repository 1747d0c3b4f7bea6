internal import Guests
internal import Paging
internal import Quantities

/// How the cost of translation is written in a file.
extension TranslationScenario: MappingDecodable {
  private enum Pattern: String, CaseIterable, Sendable {
    case sequential
    case random
    case stride
    case zipf
    case chase
  }

  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("translation", "translation")]),
    "what is asked: translation")
  private static let titleField = OptionalField(
    "title", ValueForm<String>.text, "what it is about, in a line")
  private static let patternField = DefaultField(
    "pattern", ValueForm<Pattern>.choice(), default: .random, "the order of the accesses")
  private static let footprintField = DefaultField(
    "footprint", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 40)),
    default: ByteSize(4 << 30), "the memory that they go to")
  private static let elementField = DefaultField(
    "element", ValueForm<ByteSize>.quantity(in: ByteSize(1)...ByteSize(1 << 30)),
    default: ByteSize(64), "what one access touches")
  private static let strideField = OptionalField(
    "stride", ValueForm<ByteSize>.quantity(in: ByteSize(1)...ByteSize(1 << 40)),
    "the step of a stride")
  private static let exponentField = OptionalField(
    "exponent", ValueForm<Double>.number(in: 0.01...10), "the exponent of Zipf's law")
  private static let accessesField = DefaultField(
    "accesses", ValueForm<Int>.integer(in: 1...1_000_000_000_000), default: 1_000_000,
    "how many accesses are counted")
  private static let warmUpField = DefaultField(
    "warmUp", ValueForm<Int>.integer(in: 0...1_000_000_000_000), default: 100_000,
    "how many are made before and not counted")
  private static let seedField = DefaultField(
    "seed", ValueForm<UInt64>.integer(), default: 1, "where the random generator starts")
  private static let coreField = RequiredField(
    "core", ValueForm<CoreModel>.choice(among: CoreModel.all.map { ($0.name, $0) }),
    "the core with its TLBs and walk caches")
  private static let pages = ValueForm<[UInt64]>.list(
    of: .choice(among: [("4K", 4096), ("2M", 2 << 20), ("1G", 1 << 30)]), count: 1...3)
  private static let guestPagesField = DefaultField(
    "guestPages", pages, default: [], "the sizes of the guest's pages, instead of all")
  private static let hostPagesField = DefaultField(
    "hostPages", pages, default: [], "the sizes of the hypervisor's pages, instead of all")
  private static let placementField = DefaultField(
    "placement", ValueForm<Bool>.choice(among: [("compact", false), ("scattered", true)]),
    default: false, "where tables lie: side by side, or all over a range as large as the data")
  private static let workField = OptionalField(
    "work", ValueForm<Double>.number(in: 0...1_000_000_000),
    "the cycles of work that an access comes with")

  /// A study of translation as a file of its own.
  public static let document = DocumentKind<TranslationScenario>(
    "a study of translation", key: studyField.declaration.name, word: "translation",
    form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a study of translation" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, patternField.declaration,
      footprintField.declaration, elementField.declaration, strideField.declaration,
      exponentField.declaration, accessesField.declaration, warmUpField.declaration,
      seedField.declaration, coreField.declaration, guestPagesField.declaration,
      hostPagesField.declaration, placementField.declaration, workField.declaration,
    ]
  }

  /// What the cost of translation is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let pattern = Self.pattern(&mapping)
    let core = mapping.value(of: Self.coreField)
    guard let core else {
      // The other fields are read for what is wrong with them.
      var unused = TranslationScenario(pattern, on: CoreModel.all[0])
      unused.fill(from: &mapping)
      return nil
    }
    self.init(pattern, on: core)
    self.title = title
    fill(from: &mapping)
    guard mapping.isSound else { return nil }
    for problem in workload.problems { mapping.log.report(problem, at: mapping.place) }
    guard mapping.isSound else { return nil }
  }

  private static func pattern(_ mapping: inout MappingDecoder) -> AccessPattern {
    // A field of another pattern is not asked for, and so is refused.
    switch mapping.value(of: patternField) {
    case .sequential: .sequential
    case .random: .random
    case .stride: .stride(bytes: mapping.value(of: strideField)?.bytes ?? 4096)
    case .zipf: .zipf(exponent: mapping.value(of: exponentField) ?? 0.99)
    case .chase: .pointerChase
    }
  }

  private mutating func fill(from mapping: inout MappingDecoder) {
    footprintBytes = mapping.value(of: Self.footprintField).bytes
    elementBytes = mapping.value(of: Self.elementField).bytes
    accesses = mapping.value(of: Self.accessesField)
    warmUp = mapping.value(of: Self.warmUpField)
    seed = mapping.value(of: Self.seedField)
    guestPages = mapping.value(of: Self.guestPagesField)
    hostPages = mapping.value(of: Self.hostPagesField)
    isScattered = mapping.value(of: Self.placementField)
    workCycles = mapping.value(of: Self.workField)
  }
}
