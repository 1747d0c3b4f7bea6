internal import Costs
internal import Hypervisor
internal import Paging
internal import Quantities
internal import Studies

/// How a migration is written in a file.
extension MigrationScenario: MappingDecodable {
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("migration", "migration")]),
    "what is asked: migration")
  private static let titleField = DefaultField(
    "title", ValueForm<String>.text, default: "migration", "what it is about, in a line")
  private static let machineField = RequiredField(
    "machine", ValueForm<MigratedMachine>.mapping(), "the machine that is moved")
  private static let writerField = RequiredField(
    "writer", ValueForm<GuestWriter>.mapping(), "what its guest writes")
  private static let trackingField = DefaultField(
    "tracking", ValueForm<WriteTracking>.mapping(), default: WriteTracking(),
    "how its writes are tracked")
  private static let linkField = DefaultField(
    "link", ValueForm<MigrationLink>.mapping(), default: MigrationLink(), "the network")
  private static let precopyField = DefaultField(
    "precopy", ValueForm<PrecopyPolicy>.mapping(), default: PrecopyPolicy(), "when rounds end")
  private static let postcopyField = OptionalField(
    "postcopy", ValueForm<PostcopyPolicy>.mapping(),
    "how pages follow, if the guest is moved before all have been sent")
  private static let machinesField = DefaultField(
    "machines", ValueForm<Int>.integer(in: 1...1000), default: 1,
    "how many such machines are moved over the link")
  private static let atOnceField = DefaultField(
    "atOnce", ValueForm<Int>.integer(in: 1...1000), default: 1,
    "how many at the same time; those that send have equal parts of the link")
  private static let watchedField = DefaultField(
    "watched", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: 1_000_000_000_000),
    "how long the guest is watched after its switch")
  private static let profileField = DefaultField(
    "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    default: "textbook-x86-64", "the cost profile")
  private static let seedField = DefaultField(
    "seed", ValueForm<UInt64>.integer(in: 0...UInt64(Int64.max)), default: 1,
    "what the writes are drawn from")

  private static let longest = TimeSpan(picoseconds: 3_600_000_000_000_000)

  /// A migration as a file of its own.
  public static let document = DocumentKind<MigrationScenario>(
    "a migration", key: studyField.declaration.name, word: "migration", form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a migration" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, machineField.declaration,
      writerField.declaration, trackingField.declaration, linkField.declaration,
      precopyField.declaration, postcopyField.declaration, machinesField.declaration,
      atOnceField.declaration, watchedField.declaration, profileField.declaration,
      seedField.declaration,
    ]
  }

  /// What a migration is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let machine = mapping.value(of: Self.machineField)
    let writer = mapping.value(of: Self.writerField)
    let tracking = mapping.value(of: Self.trackingField)
    let link = mapping.value(of: Self.linkField)
    let precopy = mapping.value(of: Self.precopyField)
    let postcopy = mapping.value(of: Self.postcopyField)
    let machines = mapping.value(of: Self.machinesField)
    let atOnce = mapping.value(of: Self.atOnceField)
    let watched = mapping.value(of: Self.watchedField)
    let profile = ShippedProfiles.named(mapping.value(of: Self.profileField))
    let seed = mapping.value(of: Self.seedField)
    if let machine, let profile,
      machine.tables.isa.rawValue != profile.architecture.rawValue
    {
      mapping.refuse(
        "profile",
        "the machine has \(machine.tables.rawValue) tables, and the profile is one of"
          + " \(profile.architecture.rawValue)")
    }
    if let machine { Self.check(tracking, machine.tables, mapping) }
    guard mapping.isSound, let machine, var writer, let profile else { return nil }
    let used = machine.used ?? machine.memory
    if writer.bytes == 0 { writer.bytes = max(4096, used.bytes) }
    var study = MigrationStudy(
      machine.tables, memoryBytes: machine.memory.bytes, writer: writer, profile: profile)
    study.usedBytes = used.bytes
    study.processors = machine.processors
    study.backing = machine.backing
    study.stateBytes = machine.state.bytes
    study.tracking = tracking
    study.link = link
    study.precopy = precopy
    study.postcopy = postcopy
    study.machines = machines
    study.atOnce = atOnce
    study.watchedPicoseconds = Int64(watched.picoseconds)
    study.seed = seed
    for problem in study.problems { mapping.refuse(problem.part, Self.rule(problem.sentence)) }
    guard mapping.isSound else { return nil }
    self.init(title, study)
  }

  /// Refuses what the tables' processors don't have.
  private static func check(
    _ tracking: WriteTracking, _ tables: HostFormat, _ mapping: borrowing MappingDecoder
  ) {
    if tracking.mechanism.logsModifications, tables != .ept4, tables != .ept5 {
      mapping.refuse(
        "tracking", "“pml” is Intel's, and the machine has \(tables.rawValue) tables")
    }
  }

  /// A sentence as the end of another.
  private static func rule(_ sentence: String) -> String {
    let text = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    return text.prefix(1).lowercased() + text.dropFirst()
  }

  /// The migration as the node of a file, from which reading makes the same one.
  public var node: Node {
    var machine = MigratedMachine()
    machine.memory = ByteSize(study.memoryBytes)
    machine.used = study.usedBytes == study.memoryBytes ? nil : ByteSize(study.usedBytes)
    machine.processors = study.processors
    machine.tables = study.host
    machine.backing = study.backing
    machine.state = ByteSize(study.stateBytes)
    var list = MemberList()
    list.add("study", .literal("migration"))
    list.add("title", .text(title))
    list.add("machine", machine.node)
    list.add("writer", study.writer.node)
    list.add("tracking", study.tracking.node)
    list.add("link", study.link.node)
    list.add("precopy", study.precopy.node)
    list.add("postcopy", study.postcopy?.node)
    list.add("machines", .literal(study.machines))
    list.add("atOnce", .literal(study.atOnce))
    list.add(
      "watched", .literal(TimeSpan(picoseconds: UInt64(study.watchedPicoseconds))))
    list.add("profile", .text(study.profile.name))
    list.add("seed", .literal(study.seed))
    return list.node
  }
}
