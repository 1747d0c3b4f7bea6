internal import Quantities
internal import Studies

/// How a pressure study is written in a file.
extension PressureScenario: MappingDecodable {
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("pressure", "pressure")]), "what is asked: pressure")
  private static let titleField = DefaultField(
    "title", ValueForm<String>.text, default: "pressure", "what it is about, in a line")
  private static let hostField = RequiredField(
    "host", ValueForm<PressureHost>.mapping(), "the host")
  private static let servicesField = RequiredField(
    "services", ValueForm<[PressureService]>.list(of: .mapping(), count: 1...64), "the services")
  private static let slicesField = DefaultField(
    "slices", ValueForm<[PressureSlice]>.list(of: .mapping(), count: 0...64), default: [],
    "groups above services, whose limits hold for all in them together")
  private static let durationField = DefaultField(
    "duration", ValueForm<TimeSpan>.quantity(in: shortest...longest),
    default: TimeSpan(picoseconds: 60_000_000_000_000),
    "how long is measured, from when all memory has been written once")
  private static let scaleField = DefaultField(
    "scale", ValueForm<UInt64>.integer(in: 1...65_536), default: 1,
    "how many pages one page of the model stands for")
  private static let seedField = DefaultField(
    "seed", ValueForm<UInt64>.integer(in: 0...UInt64(Int64.max)), default: 1,
    "what the touches are drawn from")

  private static let shortest = TimeSpan(picoseconds: 1_000_000_000)
  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000_000_000)

  /// A pressure study as a file of its own.
  public static let document = DocumentKind<PressureScenario>(
    "a pressure study", key: studyField.declaration.name, word: "pressure", form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a pressure study" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, hostField.declaration,
      slicesField.declaration, servicesField.declaration,
      durationField.declaration, scaleField.declaration, seedField.declaration,
    ]
  }

  /// What a study is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let host = mapping.value(of: Self.hostField)
    let services = mapping.value(of: Self.servicesField)
    let slices = mapping.value(of: Self.slicesField)
    let duration = mapping.value(of: Self.durationField)
    let scale = mapping.value(of: Self.scaleField)
    let seed = mapping.value(of: Self.seedField)
    guard mapping.isSound, let host, let services else { return nil }
    var study = PressureStudy(host, services)
    study.slices = slices
    study.durationNanoseconds = duration.picoseconds / 1000
    study.scale = scale
    study.seed = seed
    for problem in study.sliceProblems {
      mapping.refuse(mapping.has("slices") ? "slices" : "services", problem)
    }
    for problem in study.problems where !study.sliceProblems.contains(problem) {
      mapping.refuse(mapping.has("scale") ? "scale" : "services", problem)
    }
    guard study.problems.isEmpty else { return nil }
    self.init(title, study)
  }
}
