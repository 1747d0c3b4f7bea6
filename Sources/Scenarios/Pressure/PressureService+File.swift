internal import Costs
internal import HostMemory
internal import Paging
internal import Quantities
public import Studies

/// How a service of a pressure study is written.
extension PressureService: MappingDecodable {
  private static let standard = PressureService("")
  private static let size = ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 46))
  private static let nameField = RequiredField(
    "name", ValueForm<String>.text, "what it is called")
  private static let memoryField = DefaultField(
    "memory", size, default: ByteSize(0), "its anonymous memory, written before the measurement")
  private static let filesField = DefaultField(
    "files", size, default: ByteSize(0), "what it reads of files")
  private static let cachedField = DefaultField(
    "cached", ValueForm<Share>.share, default: Share.whole,
    "the part of what it reads of files that has been read before the measurement")
  private static let hotField = DefaultField(
    "hot", ValueForm<Share>.share, default: Share.whole,
    "the part of both that is touched again: its working set")
  private static let workersField = DefaultField(
    "workers", ValueForm<Int>.integer(in: 0...1024), default: standard.workers,
    "how many workers make requests")
  private static let touchesField = DefaultField(
    "touches", ValueForm<UInt64>.integer(in: 0...1_000_000_000), default: standard.touches,
    "the touches of a request")
  private static let workField = DefaultField(
    "work", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 1000)...longest),
    default: TimeSpan(picoseconds: standard.workNanoseconds * 1000),
    "what a worker computes with each touch")
  private static let writesField = DefaultField(
    "writes", ValueForm<Share>.share, default: Share(billionths: 300_000_000),
    "the part of the touches of memory that write")
  private static let growthField = DefaultField(
    "growth", size, default: ByteSize(0), "by how much it grows in an hour, never to touch it again"
  )
  private static let startField = DefaultField(
    "start", ValueForm<TimeSpan>.quantity(in: TimeSpan(picoseconds: 0)...longest),
    default: TimeSpan(picoseconds: 0), "when it starts to make requests and to grow")
  private static let machineField = OptionalField(
    "machine", ValueForm<HostFormat>.choice(),
    "the second stage of the virtual machine that it is in")
  private static let flagsField = DefaultField(
    "access-flags", ValueForm<Bool>.choice(among: [("hardware", true), ("none", false)]),
    default: true, "who sets accessed flags in it; without, an access faults as the ISA has it")
  private static let profileField = OptionalField(
    "profile", ValueForm<String>.choice(among: ShippedProfiles.names.map { ($0, $0) }),
    "what its faults are priced by; the textbook's of its ISA without")
  private static let sliceField = OptionalField(
    "slice", ValueForm<String>.text, "the slice that it is in")
  private static let scoreField = DefaultField(
    "oom-score-adj", ValueForm<Int>.integer(in: -1000...1000), default: 0,
    "what is added to its badness, in thousandths of all memory")

  private static let longest = TimeSpan(picoseconds: 1_000_000_000_000_000_000)

  /// What such a mapping is.
  public static var noun: String { "a service" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, memoryField.declaration, filesField.declaration,
      cachedField.declaration, hotField.declaration, workersField.declaration,
      touchesField.declaration, workField.declaration, writesField.declaration,
      growthField.declaration, startField.declaration, machineField.declaration,
      flagsField.declaration, profileField.declaration, sliceField.declaration,
    ] + MemoryLimitFields.declarations + [scoreField.declaration]
  }

  private static func architecture(_ format: HostFormat) -> CostProfile.Architecture {
    switch format.isa {
    case .x86: .x86
    case .arm: .arm
    case .riscv: .riscv
    }
  }

  /// What a service is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    self.init(name ?? "")
    memoryBytes = mapping.value(of: Self.memoryField).bytes
    fileBytes = mapping.value(of: Self.filesField).bytes
    cachedShare = Double(mapping.value(of: Self.cachedField).billionths) / 1e9
    hotShare = Double(mapping.value(of: Self.hotField).billionths) / 1e9
    workers = mapping.value(of: Self.workersField)
    touches = mapping.value(of: Self.touchesField)
    workNanoseconds = mapping.value(of: Self.workField).picoseconds / 1000
    writeShare = Double(mapping.value(of: Self.writesField).billionths) / 1e9
    growthBytes = mapping.value(of: Self.growthField).bytes / 3600
    startNanoseconds = mapping.value(of: Self.startField).picoseconds / 1000
    let format = mapping.value(of: Self.machineField)
    let hasFlags = mapping.value(of: Self.flagsField)
    let profile = mapping.value(of: Self.profileField)
    if let format {
      let architecture = Self.architecture(format)
      let chosen =
        profile.flatMap(ShippedProfiles.named) ?? ShippedProfiles.textbook(architecture)
      if chosen.architecture != architecture {
        mapping.refuse(
          "profile",
          "“\(chosen.name)” is of \(chosen.architecture.rawValue), and “\(format)” is not")
      }
      machine = ServiceMachine(format, chosen)
      machine?.hasAccessFlags = hasFlags
    }
    slice = mapping.value(of: Self.sliceField)
    limits = MemoryLimitFields.limits(&mapping)
    limits.oomScoreAdjustment = mapping.value(of: Self.scoreField)
    guard mapping.isSound, name != nil else { return nil }
  }
}
