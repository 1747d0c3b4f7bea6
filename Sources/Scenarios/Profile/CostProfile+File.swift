public import Costs
internal import Quantities
internal import Records

/// How a cost profile is written in a file.
extension CostProfile: MappingDecodable {
  private static let nameField = RequiredField(
    "profile", ValueForm<String>.line(atMost: 40), "the name that it is chosen by")
  private static let machineField = RequiredField(
    "machine", ValueForm<String>.line(atMost: 200), "the machine in words")
  private static let architectureField = RequiredField(
    "architecture", ValueForm<Architecture>.choice(), "the machine's architecture")
  private static let clockField = OptionalField(
    "clock", ValueForm<Frequency>.frequency, "the machine's clock")
  private static let baseField = OptionalField(
    "base", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    "the profile whose prices stand in for those that are left out")
  private static let componentsField = RequiredField(
    "components", ValueForm<[Component: Price]>.prices, "the price of each component")

  /// A cost profile as a file of its own.
  public static let document = DocumentKind<CostProfile>(
    "a cost profile", key: nameField.declaration.name, form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a cost profile" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, machineField.declaration, architectureField.declaration,
      clockField.declaration, baseField.declaration, componentsField.declaration,
    ]
  }

  /// What a profile is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let machine = mapping.value(of: Self.machineField)
    let architecture = mapping.value(of: Self.architectureField)
    let clock = mapping.value(of: Self.clockField)
    let base = mapping.value(of: Self.baseField).flatMap(ShippedProfiles.named)
    let prices = mapping.value(of: Self.componentsField)
    if let prices, !mapping.has("base") {
      let missing = Component.allCases.filter { prices[$0] == nil }.map(\.name)
      if !missing.isEmpty {
        mapping.refuse(
          "components",
          "it must also have \(Spelling.list(missing, last: "and")), or “base” must name a profile"
            + " whose prices stand in for them")
      }
    }
    if let base, let architecture, base.architecture != architecture {
      mapping.refuse("base", "it must be a profile of \(architecture.rawValue)")
    }
    guard mapping.isSound, let name, let machine, let architecture, let prices else { return nil }
    var all = prices
    for component in base?.components ?? [] where all[component] == nil {
      all[component] = base?[component]?.borrowed(from: base?.name ?? "")
    }
    self.init(
      name, machine: machine, architecture: architecture, clockHertz: clock?.hertz, prices: all)
  }

  /// The profile as the node of a file, from which reading makes the same profile.
  public var node: Node {
    var members = [
      Node.Member("profile", .text(name)), Node.Member("machine", .text(machine)),
      Node.Member("architecture", .literal(architecture.rawValue)),
    ]
    if let clockHertz {
      members.append(Node.Member("clock", .literal(Frequency(hertz: clockHertz))))
    }
    let prices = components.compactMap { component in
      self[component].map { Node.Member(component.name, $0.node) }
    }
    members.append(Node.Member("components", Node(.mapping(prices))))
    return Node(.mapping(members))
  }
}

extension ValueForm where Value == [Component: Price] {
  private static var fields: [(component: Component, field: OptionalField<Price>)] {
    Component.allCases.map { ($0, OptionalField($0.name, .mapping(), $0.phrase)) }
  }

  /// Prices under the names of their components.
  static var prices: Self {
    let fields = fields
    return .mapping("the table of components", fields.map(\.field.declaration)) { mapping in
      var prices: [Component: Price] = [:]
      for (component, field) in fields { prices[component] = mapping.value(of: field) }
      return prices
    }
  }
}

extension Price {
  /// The price as that of another machine, which is known no better than that.
  fileprivate func borrowed(from profile: String) -> Price? {
    let note = source.note.isEmpty ? "from \(profile)" : "\(source.note); from \(profile)"
    let grade = max(source.grade, .borrowed)
    return try? Price(
      low: low, likely: likely, high: high,
      source: source.row.map { PriceSource(grade, row: $0, note: note) } ?? .assumed(note))
  }
}
