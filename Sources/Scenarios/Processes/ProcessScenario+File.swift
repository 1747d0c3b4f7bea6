internal import Quantities
internal import Records
internal import Studies

/// How a study of processes is written in a file.
extension ProcessScenario: MappingDecodable {
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("processes", "processes")]),
    "what is asked: processes")
  private static let titleField = DefaultField(
    "title", ValueForm<String>.text, default: "processes", "what it is about, in a line")
  private static let hostField = RequiredField(
    "host", ValueForm<ProcessHost>.mapping(), "what the host has for the machine")
  private static let guestField = RequiredField(
    "guest", ValueForm<ProcessGuest>.mapping(), "the machine")
  private static let processesField = RequiredField(
    "processes", ValueForm<[NamedProcess]>.list(of: .mapping(), count: 1...32),
    "the processes, each behind the one that it is forked from")
  private static let durationField = DefaultField(
    "duration", ValueForm<TimeSpan>.quantity(in: shortest...longest),
    default: TimeSpan(picoseconds: 60_000_000_000_000),
    "how long is measured, from when all memory has been written")
  private static let scaleField = DefaultField(
    "scale", ValueForm<UInt64>.integer(in: 1...65_536), default: 1,
    "how many pages one page of the model stands for")
  private static let seedField = DefaultField(
    "seed", ValueForm<UInt64>.integer(in: 0...UInt64(Int64.max)), default: 1,
    "what the touches are drawn from")
  private static let profileField = DefaultField(
    "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    default: "textbook-x86-64", "the cost profile, which also says whose tables are walked")

  private static let shortest = TimeSpan(picoseconds: 1_000_000_000)
  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000_000_000)

  /// A study of processes as a file of its own.
  public static let document = DocumentKind<ProcessScenario>(
    "a study of processes", key: studyField.declaration.name, word: "processes", form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a study of processes" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, hostField.declaration,
      guestField.declaration, processesField.declaration, durationField.declaration,
      scaleField.declaration, seedField.declaration, profileField.declaration,
    ]
  }

  /// What a study is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let host = mapping.value(of: Self.hostField)
    let guest = mapping.value(of: Self.guestField)
    let named = mapping.value(of: Self.processesField)
    let duration = mapping.value(of: Self.durationField)
    let scale = mapping.value(of: Self.scaleField)
    let seed = mapping.value(of: Self.seedField)
    let profile = ShippedProfiles.named(mapping.value(of: Self.profileField))
    guard mapping.isSound, let host, let guest, let named, let profile else { return nil }
    var study = ProcessStudy([], profile: profile)
    for (number, process) in named.enumerated() {
      var about = process.process
      if named.prefix(number).contains(where: { $0.process.name == about.name }) {
        mapping.refuse("processes", "two of them are called “\(about.name)”")
      }
      if let parent = process.parent {
        let before = named.prefix(number).map(\.process.name)
        about.parent = before.firstIndex(of: parent)
        if about.parent == nil {
          var rule = "“\(about.name)” is forked from “\(parent)”, which does not stand before it"
          if let guess = Spelling.nearest(to: parent, among: before) {
            rule += "; is “\(guess)” meant?"
          }
          mapping.refuse("processes", rule)
        }
      }
      study.processes.append(about)
    }
    if named.reduce(0, { $0 + $1.process.count }) > 64 {
      mapping.refuse("processes", "there can be 64 of them together")
    }
    study.hostBytes = host.memory
    study.swapBytes = host.swap
    study.readNanoseconds = host.read
    study.guestBytes = guest.memory
    study.durationNanoseconds = duration.picoseconds / 1000
    study.scale = scale
    study.seed = seed
    guard mapping.isSound else { return nil }
    for problem in study.problems {
      let isGuest = problem.contains("before anything")
      mapping.refuse(isGuest ? "guest" : mapping.has("scale") ? "scale" : "processes", problem)
    }
    guard mapping.isSound else { return nil }
    self.init(title, study)
  }
}
