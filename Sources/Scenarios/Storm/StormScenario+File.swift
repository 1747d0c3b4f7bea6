internal import Costs
internal import Guests
internal import Paging
internal import Quantities
internal import Simulation
internal import Studies

/// How a storm is written in a file.
extension StormScenario: MappingDecodable {
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("boot-storm", "boot-storm")]),
    "what is asked: boot-storm")
  private static let titleField = DefaultField(
    "title", ValueForm<String>.text, default: "boot storm", "what it is about, in a line")
  private static let hostField = DefaultField(
    "host", ValueForm<StormHost>.mapping(), default: StormHost(), "the host")
  private static let fleetField = RequiredField(
    "fleet", ValueForm<[Flavour]>.list(of: .mapping(), count: 1...1000), "the virtual machines")
  private static let policyField = DefaultField(
    "policy", ValueForm<StormPolicy>.mapping(), default: StormPolicy(),
    "what the host does so that the storm does less harm")
  private static let profileField = DefaultField(
    "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    default: "textbook-x86-64", "the cost profile")
  private static let targetField = DefaultField(
    "target", ValueForm<StormTarget>.target, default: StormTarget(), "what is wanted")
  private static let modeField = DefaultField(
    "mode", ValueForm<Storm.Mode>.choice(), default: .cohort, "how faults are counted")

  private static let spreadField = DefaultField(
    "spread", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longestSpread),
    default: TimeSpan(picoseconds: 0),
    "within what time machines start, each at a moment that is drawn at random")
  private static let seedField = OptionalField(
    "seed", ValueForm<UInt64>.integer(), "where the random generator starts")
  private static let longestSpread = TimeSpan(picoseconds: 3_600_000_000_000_000)

  /// A storm as a file of its own.
  public static let document = DocumentKind<StormScenario>(
    "a scenario", key: studyField.declaration.name, word: "boot-storm", form: swept)

  /// What such a mapping is.
  public static var noun: String { "a scenario" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, hostField.declaration,
      fleetField.declaration, policyField.declaration, profileField.declaration,
      targetField.declaration, modeField.declaration, spreadField.declaration,
      seedField.declaration, seedsField.declaration, sweepField.declaration,
    ]
  }

  /// What a storm is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let host = mapping.value(of: Self.hostField)
    let fleet = mapping.value(of: Self.fleetField)
    let policy = mapping.value(of: Self.policyField)
    let profile = ShippedProfiles.named(mapping.value(of: Self.profileField))
    let target = mapping.value(of: Self.targetField)
    let mode = mapping.value(of: Self.modeField)
    let spread = mapping.value(of: Self.spreadField)
    let seed = mapping.value(of: Self.seedField)
    let seeds = mapping.value(of: Self.seedsField)
    _ = mapping.value(of: Self.sweepField)
    let isVaried = fleet?.contains { $0.variation?.isVaried ?? false } ?? true
    if spread.picoseconds == 0, !isVaried, !mapping.has("sweep") {
      let rule = "nothing is drawn at random without a “spread” or a “variation”, so leave it out"
      if seed != nil { mapping.refuse("seed", rule) }
      if seeds != nil { mapping.refuse("seeds", rule) }
    }
    if seed != nil, seeds != nil {
      mapping.refuse("seed", "“seeds” has the seeds, so leave it out")
    }
    if let profile, let fleet {
      for flavour in fleet where flavour.host.isa.rawValue != profile.architecture.rawValue {
        mapping.refuse(
          "profile",
          "the machines “\(flavour.name)” have \(flavour.host.rawValue) tables, and the profile is one"
            + " of \(profile.architecture.rawValue)")
      }
    }
    Self.refuseForeignSnapshots(fleet ?? [], mapping)
    if mode == .reference, host.memoryBytes > 1 << 45 {
      mapping.refuse("mode", "machines are played together on a host of at most 32 TiB")
    }
    guard mapping.isSound, let fleet, let profile else { return nil }
    var storm = Storm(fleet, profile: profile)
    storm.host = host
    storm.policy = policy
    storm.mode = mode
    storm.spread = VirtualDuration(spread)
    if let seed { storm.seed = seed }
    self.init(title, storm, target: target)
  }

  /// Notes machines that have another's snapshot with another guest or memory, where they say so.
  private static func refuseForeignSnapshots(_ fleet: [Flavour], _ mapping: MappingDecoder) {
    for (place, flavour) in fleet.enumerated() {
      guard let name = flavour.snapshotName,
        let first = fleet.first(where: { $0.snapshotName == name }), first.guest != flavour.guest
      else { continue }
      let isForeign = first.guest.name != flavour.guest.name
      mapping.refuse(
        isForeign ? ["guest"] : ["memory", "guest"], ofEntry: place,
        of: fleetField.declaration.name,
        "the machines “\(first.name)” have the same snapshot “\(name)”, so guest and memory must be"
          + " theirs: “\(first.guest.name)” with \(first.guest.layout.memoryBytes >> 20) MiB")
    }
  }
}
