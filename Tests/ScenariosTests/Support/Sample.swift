import Quantities
import Scenarios

/// A kind of document that only the tests have, with a field of every form.
struct Sample: MappingDecodable, Sendable, Equatable {
  var title: String
  var host: Host
  var fleet: [Flavour]
  var policy: Policy
  var costs: [String]
  var seed: UInt64
  var skew: Double?

  static let noun = "a sample"
  static let title = RequiredField("sample", ValueForm<String>.text, "what the sample is called")
  static let host = RequiredField("host", .mapping(Host.self), "the machine")
  static let fleet = RequiredField(
    "fleet", .list(of: .mapping(Flavour.self), count: 1...8), "the machines on it")
  static let policy = DefaultField(
    "policy", .mapping(Policy.self), default: Policy(kind: .none, batch: 1), "what is done")
  static let costs = DefaultField(
    "costs", .keyed(of: .estimate(of: .time)), default: [], "what it costs")
  static let seed = DefaultField("seed", .integer(in: 0...UInt64.max), default: 1, "the seed")
  static let skew = OptionalField("skew", .number(in: -1...2), "the exponent")
  static let fields = [
    title.declaration, host.declaration, fleet.declaration, policy.declaration, costs.declaration,
    seed.declaration, skew.declaration,
  ]

  init?(from mapping: inout MappingDecoder) {
    let title = mapping.value(of: Self.title)
    let host = mapping.value(of: Self.host)
    let fleet = mapping.value(of: Self.fleet)
    policy = mapping.value(of: Self.policy)
    costs = mapping.value(of: Self.costs).map {
      "\($0.key) \($0.value.low) \($0.value.likely) \($0.value.high)"
    }
    seed = mapping.value(of: Self.seed)
    skew = mapping.value(of: Self.skew)
    guard let title, let host, let fleet else { return nil }
    (self.title, self.host, self.fleet) = (title, host, fleet)
  }

  static let kind = DocumentKind("a sample", key: "sample", form: .mapping(Sample.self))
  static let other = DocumentKind<String>(
    "another file", key: "another",
    form: .mapping("another file", [named.declaration]) { $0.value(of: named) })
  private static let named = RequiredField("another", ValueForm<String>.text, "its name")
}

/// The machine of a sample.
struct Host: MappingDecodable, Sendable, Equatable {
  var memory: ByteSize
  var cpus: Int
  var clock: Frequency?
  var network: DataRate?

  static let noun = "a host"
  static let memory = RequiredField(
    "memory", .quantity(in: ByteSize(1 << 20)...ByteSize(1 << 44)), "the memory of the host")
  static let cpus = RequiredField("cpus", .integer(in: 1...1024), "the number of its CPUs")
  static let clock = OptionalField("clock", ValueForm<Frequency>.frequency, "the clock of a CPU")
  static let network = OptionalField("network", ValueForm<DataRate>.dataRate, "its network")
  static let fields = [
    memory.declaration, cpus.declaration, clock.declaration, network.declaration,
  ]

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memory)
    let cpus = mapping.value(of: Self.cpus)
    clock = mapping.value(of: Self.clock)
    network = mapping.value(of: Self.network)
    guard let memory, let cpus else { return nil }
    (self.memory, self.cpus) = (memory, cpus)
  }
}

/// A flavour of a sample's fleet.
struct Flavour: MappingDecodable, Sendable, Equatable {
  var memory: ByteSize
  var count: Int
  var busy: Share
  var isPopulated: Bool

  static let noun = "a flavour"
  static let memory = RequiredField("memory", ValueForm<ByteSize>.size, "the memory of each")
  static let count = DefaultField("count", .integer(in: 1...10_000), default: 1, "how many")
  static let busy = DefaultField(
    "busy", ValueForm<Share>.share, default: .whole, "the share of time that it runs")
  static let isPopulated = DefaultField(
    "populated", .boolean, default: false, "whether its memory is there at first")
  static let fields = [
    memory.declaration, count.declaration, busy.declaration, isPopulated.declaration,
  ]

  init?(from mapping: inout MappingDecoder) {
    let memory = mapping.value(of: Self.memory)
    count = mapping.value(of: Self.count)
    busy = mapping.value(of: Self.busy)
    isPopulated = mapping.value(of: Self.isPopulated)
    guard let memory else { return nil }
    self.memory = memory
  }
}

/// What a sample does.
struct Policy: MappingDecodable, Sendable, Equatable {
  enum Kind: String, CaseIterable, Sendable { case none, batch, populate }
  var kind: Kind
  var batch: Int

  static let noun = "a policy"
  static let kind = RequiredField("kind", .choice(Kind.self), "what is done")
  static let batch = OptionalField("batch", .integer(in: 1...512), "how many at once")
  static let fields = [kind.declaration, batch.declaration]

  init(kind: Kind, batch: Int) { (self.kind, self.batch) = (kind, batch) }

  init?(from mapping: inout MappingDecoder) {
    guard let kind = mapping.value(of: Self.kind) else { return nil }
    self.kind = kind
    batch = 1
    guard kind == .batch else { return }
    guard let batch = mapping.value(needed: Self.batch) else { return nil }
    self.batch = batch
  }
}
