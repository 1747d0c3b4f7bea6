import Quantities
import Scenarios
import Testing

@Suite("Decoding")
struct SampleTests {
  static let yaml = """
    # A comment.
    sample: no
    host: {memory: 64 GiB, cpus: 1e1, clock: 2.5 GHz, network: 10 Gbit/s}
    fleet:
      - memory: 4GiB
        count: 32
      - memory: 0.5 GiB
        busy: 12.5 %
        populated: true
    policy: {kind: batch, batch: 16}
    costs:
      exit: 1.2us
      zero: {low: 100 ns, likely: 200 ns, high: 1 us}
    skew: -0.5

    """
  static let json = """
    {"sample": "no", "host": {"memory": "64 GiB", "cpus": 10, "clock": "2.5 GHz",
    \t"network": "1.25 GB/s"}, "fleet": [{"memory": 4294967296, "count": 32},
    {"memory": "512M", "busy": 0.125, "populated": true}], "policy": {"kind": "batch", "batch": 16},
    "costs": {"exit": "1200 ns", "zero": {"low": "100ns", "likely": "200ns", "high": "1000ns"}},
    "skew": -5e-1}
    """

  @Test("A file says what it says, in YAML and in JSON", arguments: [yaml, json])
  func decodes(text: String) throws {
    let sample = try Sample.kind.read(Array(text.utf8), file: "sample")
    #expect(sample.title == "no")
    #expect(sample.host.memory == ByteSize(64 << 30))
    #expect(sample.host.cpus == 10)
    #expect(sample.host.clock == Frequency(hertz: 2_500_000_000))
    #expect(sample.host.network == DataRate(bitsPerSecond: 10_000_000_000))
    #expect(sample.fleet.map(\.memory.bytes) == [4 << 30, 512 << 20])
    #expect(sample.fleet.map(\.count) == [32, 1])
    #expect(sample.fleet[1].busy == Share(billionths: 125_000_000))
    #expect(sample.fleet.map(\.isPopulated) == [false, true])
    #expect(sample.policy == Policy(kind: .batch, batch: 16))
    #expect(sample.costs == ["exit 1.2 us 1.2 us 1.2 us", "zero 100 ns 200 ns 1 us"])
    #expect(sample.seed == 1)
    #expect(sample.skew == -0.5)
  }

  @Test("The kind of a file is found by its key")
  func kinds() {
    let kinds = [Sample.kind.declaration, Sample.other.declaration]
    let (kind, log) = DocumentKindDeclaration.check(
      Array("another: one".utf8), file: "f", among: kinds)
    #expect(kind?.key == "another")
    #expect(log.lines == [])
  }

  @Test("No more than a hundred problems are told, and how many more there are")
  func cap() {
    var text = "sample: s\n"
    for number in 0..<150 { text += "zz\(number)qqqq: 1\n" }
    let (_, log) = DocumentKindDeclaration.check(
      Array(text.utf8), file: "f", among: [Sample.kind.declaration])
    #expect(log.diagnostics.count == 100)
    // The 150 unknown keys and the two that are missing.
    #expect(log.lines.last == "f: there are 52 more problems")
  }

  @Test(
    "An override takes a field's place",
    arguments: [
      ("fleet[1].memory=1 GiB", [4 << 30, 1 << 30], 16, 10),
      ("policy.batch=4", [4 << 30, 512 << 20], 4, 10),
      ("host={memory: 1 GiB, cpus: 3}", [4 << 30, 512 << 20], 16, 3),
    ] as [(String, [UInt64], Int, Int)])
  func overrides(text: String, memory: [UInt64], batch: Int, cpus: Int) throws {
    let override = try NodeOverride(parsing: text)
    let sample = try Sample.kind.read(
      Array(Self.yaml.utf8), file: "sample", overrides: [override])
    #expect(sample.fleet.map(\.memory.bytes) == memory)
    #expect(sample.policy.batch == batch)
    #expect(sample.host.cpus == cpus)
  }

  @Test("An override gives a field that was left out, and what it needs around it")
  func added() throws {
    let text = "sample: s\nhost: {memory: 1 GiB, cpus: 1}\nfleet: [{memory: 1 GiB}]"
    let overrides = [
      try NodeOverride(parsing: "policy.kind=batch"), try NodeOverride(parsing: "policy.batch=7"),
      try NodeOverride(parsing: "seed=9"),
    ]
    let sample = try Sample.kind.read(Array(text.utf8), file: "sample", overrides: overrides)
    #expect(sample.policy == Policy(kind: .batch, batch: 7))
    #expect(sample.seed == 9)
  }

  @Test(
    "An override that can't be is told by its own text",
    arguments: [
      (
        "fleet[2].memory=1 GiB",
        "--set fleet[2].memory=1 GiB: “fleet” has 2 entries and no [2]; it must be from [0] to [1]"
      ),
      (
        "polcy.batch=4",
        "--set polcy.batch=4: a sample has no “polcy”; is “policy” meant?"
      ),
      (
        "host.cpu=4",
        "--set host.cpu=4: a host has no “cpu”; is “cpus” meant?"
      ),
      (
        "sample.name=4",
        "--set sample.name=4: “sample” is “no” and has no “name”; a key needs a mapping"
      ),
      (
        "host[0]=4",
        "--set host[0]=4: “host” is a mapping of keys and has no entries; it must be a list"
      ),
      ("new[0]=4", "--set new[0]=4: the file has no list “new”; an entry needs one"),
      ("seed=", "--set seed=: no value stands behind “=”; write one"),
      (
        "host.memory=4 GB",
        "--set host.memory=4 GB: “memory” is “4 GB”; “GB” means one thing to some and another to "
          + "others; it must be “GiB”, which is 1024 MiB"
      ),
    ])
  func wrongOverrides(text: String, message: String) throws {
    let override = try NodeOverride(parsing: text)
    #expect(throws: DocumentError.self) {
      try Sample.kind.read(Array(Self.yaml.utf8), file: "f", overrides: [override])
    }
    let (_, log) = DocumentKindDeclaration.check(
      Array(Self.yaml.utf8), file: "f", among: [Sample.kind.declaration], overrides: [override])
    #expect(log.lines == ["f: \(message)"])
  }

  @Test(
    "What is no path and value is no override",
    arguments: ["", "=1", "a", "a..b=1", ".a=1", "a[=1", "a[]=1", "a[-1]=1", "a]b=1", "a[1]b=1"])
  func noOverride(text: String) {
    #expect(throws: FormError.self) { try NodeOverride(parsing: text) }
  }
}
