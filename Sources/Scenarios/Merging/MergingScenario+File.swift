internal import HostMemory
internal import Quantities
internal import Studies

/// How a study of merging is written in a file.
extension MergingScenario: MappingDecodable {
  private static let standard = MergingStudy()
  private static let studyField = RequiredField(
    "study", ValueForm<String>.choice(among: [("merging", "merging")]), "what is asked: merging")
  private static let titleField = DefaultField(
    "title", ValueForm<String>.text, default: "merging", "what it is about, in a line")
  private static let hostField = RequiredField(
    "host", ValueForm<MergingHost>.mapping(), "the host")
  private static let vmsField = DefaultField(
    "vms", ValueForm<Int>.integer(in: 1...100_000), default: standard.vms, "how many VMs there are")
  private static let memoryField = DefaultField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(4096)...ByteSize(1 << 40)),
    default: ByteSize(standard.bytesPerVM), "the memory of each, all in use from its boot on")
  private static let mixField = DefaultField(
    "pages", ValueForm<FleetMix>.mapping(), default: FleetMix(), "what is in that memory")
  private static let bootsField = DefaultField(
    "bootsOver", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: 0), "within what time the VMs boot, one after another")
  private static let writesField = DefaultField(
    "writes", ValueForm<Double>.number(in: 0...1_000_000), default: 0,
    "the pages of zeros or of the image that each VM writes to in a second")
  private static let workField = DefaultField(
    "work", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: 0),
    "what each VM computes from its boot until it is ready, where the host has “processors”")
  private static let settingsField = DefaultField(
    "ksm", ValueForm<MergingSettings>.mapping(), default: MergingSettings(),
    "the settings of the scanner")
  private static let durationField = DefaultField(
    "duration", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 1_000_000_000)...longest),
    default: TimeSpan(picoseconds: 1_800_000_000_000_000), "how long the fleet is watched")
  private static let samplesField = DefaultField(
    "samples", ValueForm<Int>.integer(in: 1...10_000), default: 30,
    "how often the counters are read in that time")
  private static let profileField = DefaultField(
    "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    default: "textbook-x86-64", "the cost profile that copies are priced by")

  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000_000_000)

  /// A study of merging as a file of its own.
  public static let document = DocumentKind<MergingScenario>(
    "a study of merging", key: studyField.declaration.name, word: "merging", form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "a study of merging" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      studyField.declaration, titleField.declaration, hostField.declaration, vmsField.declaration,
      memoryField.declaration, mixField.declaration, bootsField.declaration,
      writesField.declaration, workField.declaration, settingsField.declaration,
      durationField.declaration, samplesField.declaration, profileField.declaration,
    ]
  }

  /// What a study is read from.
  public init?(from mapping: inout MappingDecoder) {
    _ = mapping.value(of: Self.studyField)
    let title = mapping.value(of: Self.titleField)
    let host = mapping.value(of: Self.hostField)
    var study = MergingStudy()
    study.vms = mapping.value(of: Self.vmsField)
    study.bytesPerVM = mapping.value(of: Self.memoryField).bytes
    study.mix = mapping.value(of: Self.mixField)
    study.bootSeconds = Double(mapping.value(of: Self.bootsField).picoseconds) / 1e12
    study.writesPerSecond = mapping.value(of: Self.writesField)
    let work = mapping.value(of: Self.workField)
    study.settings = mapping.value(of: Self.settingsField)
    study.seconds = Double(mapping.value(of: Self.durationField).picoseconds) / 1e12
    study.samples = mapping.value(of: Self.samplesField)
    study.profile = ShippedProfiles.named(mapping.value(of: Self.profileField))
    guard mapping.isSound, let host else { return nil }
    study.hostBytes = host.bytes
    study.isHuge = host.isHuge
    study.processors = host.processors
    study.sliceNanoseconds = host.slice.map { $0.picoseconds / 1000 }
    study.workSeconds = Double(work.picoseconds) / 1e12
    if host.processors == nil, mapping.has("work") {
      mapping.refuse("work", "work takes its own time where the host has no “processors”")
    }
    for problem in study.problems {
      mapping.refuse(
        problem.contains("write to") ? "writes" : problem.contains("work") ? "work" : "memory",
        problem)
    }
    guard mapping.isSound else { return nil }
    self.init(title, study)
  }
}
