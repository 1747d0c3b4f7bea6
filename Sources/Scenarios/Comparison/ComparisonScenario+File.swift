internal import Costs
internal import HostMemory
internal import Hypervisor
internal import Paging
internal import Quantities
internal import Studies

/// How a comparison is written in a file.
extension ComparisonScenario: MappingDecodable {
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("isa-comparison", "isa-comparison")]),
    "what is asked: isa-comparison")
  private static let titleField = OptionalField(
    "title", ValueForm<String>.text, "what it is about, in a line")
  private static let workloadField = DefaultField(
    "workload", ValueForm<ComparedWorkload>.choice(), default: .firstTouch,
    "what the machines do")
  private static let memoryField = DefaultField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(8 << 20)...ByteSize(1 << 37)),
    default: ByteSize(1 << 30), "the memory of each machine")
  private static let pagesField = OptionalField(
    "pages", ValueForm<UInt64>.integer(in: 1...1 << 36),
    "how many pages each machine touches, or accesses are made to a device")
  private static let backings: [(word: String, value: FrameOrder)] = [
    ("4K", .small), ("2M", .large), ("1G", .huge),
  ]
  private static let backingField = DefaultField(
    "backing", ValueForm<FrameOrder>.choice(among: backings), default: .small,
    "the largest pages of the host")
  private static let accesses: [(word: String, value: Access.Kind)] = [
    ("read", .read), ("write", .write),
  ]
  private static let accessField = OptionalField(
    "access", ValueForm<Access.Kind>.choice(among: accesses), "what is done with a page")
  private static let sharersField = OptionalField(
    "sharers", ValueForm<Int>.integer(in: 2...ISAComparison.mostSharers),
    "how many machines of a cow-storm share their pages")
  private static let batchField = DefaultField(
    "batch",
    ValueForm<Int>.choice(among: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map { ("\($0)", $0) }),
    default: 1, "how many pages, side by side, a fault maps at most")
  private static let populateField = OptionalField(
    "populate", ValueForm<PopulationDepth>.choice(), "how far all memory is prepared before")
  private static let splittingField = OptionalField(
    "splitting", ValueForm<LogSplitting>.choice(),
    "how large pages are split while the writes of a dirty-log are logged")
  private static let devices: [(word: String, value: Slot.Kind)] = [
    ("kernel", .kernelDevice), ("process", .processDevice),
  ]
  private static let deviceField = DefaultField(
    "device", ValueForm<Slot.Kind>.choice(among: devices), default: .processDevice,
    "who emulates the device")
  private static let profilesField = DefaultField(
    "profiles",
    ValueForm<[String]>.list(
      of: .choice(among: ShippedProfiles.names.map { ($0, $0) }), count: 1...mostMachines),
    default: [], "the cost profiles, instead of the textbook’s of each architecture")
  private static let hostsField = DefaultField(
    "hosts", ValueForm<[HostFormat]>.list(of: .choice(among: formats), count: 1...mostMachines),
    default: [], "the second stages’ formats, instead of ept4, arm-s2-4k and sv39x4")
  private static let guestsField = DefaultField(
    "guests",
    ValueForm<[GuestFormat]>.list(
      of: .choice(among: GuestFormat.allCases.map { ($0.rawValue, $0) }), count: 1...mostMachines),
    default: [], "the guests’ formats, each over the second stages of its architecture")
  // The model's frames are of 4 KiB.
  private static let formats = HostFormat.allCases.filter { $0.shape.pageShift == 12 }
    .map { (word: $0.rawValue, value: $0) }

  /// A comparison as a file of its own.
  public static let document = DocumentKind<ComparisonScenario>(
    "a comparison", key: studyField.declaration.name, word: "isa-comparison", form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a comparison" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, workloadField.declaration,
      memoryField.declaration, pagesField.declaration, backingField.declaration,
      accessField.declaration, sharersField.declaration, batchField.declaration,
      populateField.declaration, splittingField.declaration, deviceField.declaration,
      profilesField.declaration, hostsField.declaration, guestsField.declaration,
    ]
  }

  /// What a comparison is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    var study = ISAComparison(mapping.value(of: Self.workloadField))
    study.memoryBytes = mapping.value(of: Self.memoryField).bytes
    study.touches = mapping.value(of: Self.pagesField)
    study.backing = mapping.value(of: Self.backingField)
    if let access = mapping.value(of: Self.accessField) { study.access = access }
    // What a workload doesn't read is refused beside it.
    if study.workload == .cowStorm, let sharers = mapping.value(of: Self.sharersField) {
      study.sharers = sharers
    }
    if study.workload == .dirtyLog, let splitting = mapping.value(of: Self.splittingField) {
      study.splitting = splitting
    }
    study.batch = mapping.value(of: Self.batchField)
    study.population = mapping.value(of: Self.populateField)
    study.device = mapping.value(of: Self.deviceField)
    let names = mapping.value(of: Self.profilesField)
    let hosts = mapping.value(of: Self.hostsField)
    let guests = mapping.value(of: Self.guestsField)
    guard mapping.isSound else { return nil }
    for problem in study.problems { mapping.log.report(problem, at: mapping.place) }
    self.init(study)
    self.title = title
    self.hosts = hosts
    self.guests = guests
    profiles = names.compactMap { ShippedProfiles.named($0) }
    do throws(ComparisonProblem) {
      _ = try machines()
    } catch {
      let given = ["profiles": !names.isEmpty, "hosts": !hosts.isEmpty, "guests": !guests.isEmpty]
      let field = error.fields.first { given[$0] == true } ?? "hosts"
      mapping.refuse(field, "\(error)")
    }
    guard mapping.isSound else { return nil }
  }

  /// The comparison as the node of a file, from which reading makes the same comparison; the profiles
  /// must be shipped ones.
  public var node: Node {
    let standard = ISAComparison(study.workload)
    var list = MemberList()
    list.add("study", .text("isa-comparison"))
    list.add("title", title.map { .text($0) })
    list.add("workload", .text(study.workload.rawValue))
    list.add("memory", .literal(ByteSize(study.memoryBytes)))
    list.add("pages", study.touches.map { .literal($0) })
    list.add("backing", Self.word(study.backing, Self.backings).map { .text($0) })
    list.add("access", Self.word(study.access, Self.accesses).map { .text($0) })
    if study.workload == .cowStorm { list.add("sharers", .literal(study.sharers)) }
    if study.batch != standard.batch { list.add("batch", .literal(study.batch)) }
    list.add("populate", study.population.map { .text($0.rawValue) })
    list.add("splitting", study.splitting.map { .text($0.rawValue) })
    if study.workload == .mmio {
      list.add("device", Self.word(study.device, Self.devices).map { .text($0) })
    }
    list.add("profiles", nodes: profiles.map { .text($0.name) })
    list.add("hosts", nodes: hosts.map { .text($0.rawValue) })
    list.add("guests", nodes: guests.map { .text($0.rawValue) })
    return list.node
  }

  private static func word<Value: Equatable>(
    _ value: Value, _ words: [(word: String, value: Value)]
  ) -> String? {
    words.first { $0.value == value }?.word
  }
}
