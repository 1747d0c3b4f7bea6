import Nestwalk

/// A file with a field of every form, under the keys of the tests' samples.
struct FuzzedFile: MappingDecodable {
  enum Policy: String, CaseIterable, Sendable { case none, batch, populate }

  static let noun = "a sample"
  static let title = RequiredField("sample", ValueForm<String>.text, "its name")
  static let host = OptionalField(
    "host",
    .mapping("a host", [memory.declaration, cpus.declaration]) { mapping in
      _ = mapping.value(of: memory)
      _ = mapping.value(of: cpus)
      return true
    }, "the machine")
  static let memory = RequiredField("memory", ValueForm<ByteSize>.size, "its memory")
  static let cpus = DefaultField("cpus", .integer(in: -4...1024), default: 1, "its CPUs")
  static let fleet = OptionalField("fleet", .list(of: .size, count: 0...8), "some sizes")
  static let policy = DefaultField("policy", .choice(Policy.self), default: .none, "what is done")
  static let costs = OptionalField(
    "costs", .keyed(of: .estimate(of: ValueForm<TimeSpan>.time)), "what it costs")
  static let clock = OptionalField("clock", ValueForm<Frequency>.frequency, "the clock")
  static let network = OptionalField("network", ValueForm<DataRate>.dataRate, "the network")
  static let busy = OptionalField("busy", ValueForm<Share>.share, "a share")
  static let populated = OptionalField("populated", ValueForm<Bool>.boolean, "whether")
  static let seed = OptionalField("seed", .integer(in: 0...UInt64.max), "the seed")
  static let skew = OptionalField("skew", .number(in: -1...2), "the exponent")
  static let fields = [
    title.declaration, host.declaration, fleet.declaration, policy.declaration, costs.declaration,
    clock.declaration, network.declaration, busy.declaration, populated.declaration,
    seed.declaration, skew.declaration,
  ]
  static let kind = DocumentKind("a sample", key: "sample", form: .mapping(FuzzedFile.self))

  init?(from mapping: inout MappingDecoder) {
    let title = mapping.value(of: Self.title)
    _ = mapping.value(of: Self.host)
    for size in mapping.value(of: Self.fleet) ?? [] { Self.check(size) }
    _ = mapping.value(of: Self.policy)
    for cost in mapping.value(of: Self.costs) ?? [] { Self.check(cost.value.likely) }
    Self.check(mapping.value(of: Self.clock))
    Self.check(mapping.value(of: Self.network))
    Self.check(mapping.value(of: Self.busy))
    _ = mapping.value(of: Self.populated)
    _ = mapping.value(of: Self.seed)
    _ = mapping.value(of: Self.skew)
    guard title != nil else { return nil }
  }

  /// A quantity is printed so that it is read as the same.
  private static func check<Value: Quantity>(_ quantity: Value?) {
    guard let quantity else { return }
    precondition((try? Value(parsing: quantity.description)) == quantity)
  }
}
