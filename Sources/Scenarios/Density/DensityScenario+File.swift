internal import Costs
internal import Paging
internal import Quantities
internal import Simulation
public import Studies

/// How a question of density is written in a file.
extension DensityScenario: MappingDecodable {
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("density", "density")]), "what is asked: density")
  private static let titleField = DefaultField(
    "title", ValueForm<String>.text, default: "density", "what it is about, in a line")
  private static let hostField = RequiredField(
    "host", ValueForm<DensityHost>.mapping(), "the host")
  private static let machinesField = RequiredField(
    "machines", ValueForm<[DensityFlavour]>.list(of: .mapping(), count: 1...1000),
    "the kinds of virtual machines")
  private static let bindsField = DefaultField(
    "bindsNodes", ValueForm<Bool>.boolean, default: false,
    "whether each machine lies on one NUMA node")
  private static let overcommitField = OptionalField(
    "overcommit", ValueForm<Density.Overcommit>.mapping(),
    "how far memory may be promised twice")
  private static let bootField = OptionalField(
    "boot", ValueForm<Density.BootTarget>.mapping(), "when machines that boot at once must be ready"
  )
  private static let mergingField = OptionalField(
    "merging", ValueForm<Density.Merging>.mapping(),
    "what is merged, as the model of merging has it; it goes with “overcommit”")

  /// A question of density as a file of its own.
  public static let document = DocumentKind<DensityScenario>(
    "a question of density", key: studyField.declaration.name, word: "density", form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a question of density" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, hostField.declaration,
      machinesField.declaration, bindsField.declaration, overcommitField.declaration,
      bootField.declaration, mergingField.declaration,
    ]
  }

  /// What a question is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let host = mapping.value(of: Self.hostField)
    let machines = mapping.value(of: Self.machinesField)
    let binds = mapping.value(of: Self.bindsField)
    let overcommit = mapping.value(of: Self.overcommitField)
    let boot = mapping.value(of: Self.bootField)
    let merging = mapping.value(of: Self.mergingField)
    if merging != nil {
      if overcommit == nil { mapping.refuse("merging", "it goes with “overcommit”") }
      for machine in machines ?? [] where machine.merged > 0 {
        mapping.refuse("merging", "“\(machine.name)” must not say “merged” for itself beside it")
      }
    }
    if let host, let machines { Self.check(host, machines, boot, &mapping) }
    guard mapping.isSound, let host, let machines else { return nil }
    var density = Density(machines, on: host)
    density.bindsNodes = binds
    density.overcommit = overcommit
    density.boot = boot
    density.merging = merging
    self.init(title, density)
  }

  private static func check(
    _ host: DensityHost, _ machines: [DensityFlavour], _ boot: Density.BootTarget?,
    _ mapping: inout MappingDecoder
  ) {
    var names: Set<String> = []
    for machine in machines {
      if !names.insert(machine.name).inserted {
        mapping.refuse("machines", "“\(machine.name)” must be the name of only one kind")
      }
      if machine.host.isa != host.architecture {
        mapping.refuse(
          "machines",
          "“\(machine.name)” has \(machine.host.rawValue) tables, which must be of the host’s"
            + " architecture, \(host.architecture.rawValue)")
      }
      if machine.usesPool, !host.pools.contains(where: { $0.pageBytes == machine.backingBytes }) {
        mapping.refuse(
          "machines",
          "“\(machine.name)” needs a pool of its pages, which must be among “host.hugePages”")
      }
      for named in machine.named where !host.named.contains(where: { $0.name == named.name }) {
        mapping.refuse(
          "machines",
          "“\(machine.name)” takes “\(named.name)”, which must be among “host.resources”")
      }
      if boot != nil, machine.guest == nil {
        mapping.refuse(
          "machines", "“\(machine.name)” must have a “guest”, since a boot time is asked for")
      }
    }
    if let boot, boot.profile.architecture.rawValue != host.architecture.rawValue {
      mapping.refuse(
        "boot", "its profile must be one of the host’s architecture, \(host.architecture.rawValue)")
    }
  }

  /// The question as the node of a file, from which reading makes the same question.
  public var node: Node {
    var list = MemberList()
    list.add("study", .literal("density"))
    list.add("title", .text(title))
    list.add("host", density.host.node)
    list.add("machines", nodes: density.flavours.map(\.node))
    if density.bindsNodes { list.add("bindsNodes", .literal(true)) }
    list.add("overcommit", density.overcommit?.node)
    list.add("boot", density.boot?.node)
    list.add("merging", density.merging?.node)
    return list.node
  }
}

/// How overcommitment is written.
extension Density.Overcommit: MappingDecodable {
  private static let riskField = RequiredField(
    "risk", ValueForm<Share>.share, "how likely guests may want more than there is, at any moment")
  private static let correlationField = DefaultField(
    "correlation", ValueForm<Share>.share, default: Share(billionths: 0),
    "the part of the time in which all guests are busy and idle together")

  /// What such a mapping is.
  public static var noun: String { "overcommitment" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [riskField.declaration, correlationField.declaration]
  }

  /// What overcommitment is read from.
  public init?(from mapping: inout MappingDecoder) {
    let risk = mapping.value(of: Self.riskField)
    let correlation = mapping.value(of: Self.correlationField)
    guard mapping.isSound, let risk else { return nil }
    self.init(risk: risk.value, correlation: correlation.value)
  }

  var node: Node {
    func share(_ value: Double) -> Node {
      .literal(Share(billionths: UInt64((value * 1e9).rounded())))
    }
    var list = MemberList()
    list.add("risk", share(risk))
    if correlation > 0 { list.add("correlation", share(correlation)) }
    return list.node
  }
}

/// How a boot time is asked for.
extension Density.BootTarget: MappingDecodable {
  private static let readyField = RequiredField(
    "ready", ValueForm<TimeSpan>.time, "how long after its start a machine may be ready")
  private static let percentileField = DefaultField(
    "percentile", ValueForm<Double>.number(in: 0...100), default: 99,
    "the percent of all machines that this is asked of")
  private static let profileField = DefaultField(
    "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    default: "textbook-x86-64", "the cost profile")

  /// What such a mapping is.
  public static var noun: String { "a boot time" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [readyField.declaration, percentileField.declaration, profileField.declaration]
  }

  /// What a boot time is read from.
  public init?(from mapping: inout MappingDecoder) {
    let ready = mapping.value(of: Self.readyField)
    let percentile = mapping.value(of: Self.percentileField)
    let profile = ShippedProfiles.named(mapping.value(of: Self.profileField))
    guard mapping.isSound, let ready, let profile else { return nil }
    self.init(ready: VirtualDuration(ready), profile: profile)
    self.percentile = percentile
  }

  var node: Node {
    .mapping([
      "ready": .literal(ready.timeSpan), "percentile": .literal(percentile),
      "profile": .text(profile.name),
    ])
  }
}
