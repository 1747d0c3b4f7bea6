import Guests
import Paging

/// What one virtual machine takes of its host, by parts.
public struct MachineOverhead: Sendable, Hashable {
  /// The kind of machine.
  public let flavour: DensityFlavour
  /// What is taken of the range of each part that is not known to the byte.
  public let estimate: OverheadEstimate
  /// The parts, in the order of their kinds.
  public private(set) var parts: [OverheadPart] = []

  /// Where guest memory lies on x86: around the hole below 4 GiB.
  private let layout: GuestLayout
  /// What the guest has touched when it has booted as it was recorded, if it says which boot is its own.
  private let bootedBytes: UInt64?

  /// Takes a kind of machine to its parts, on a host that may free the records of huge pages' frames.
  public init(
    _ flavour: DensityFlavour, freesHugePageRecords: Bool = true,
    _ estimate: OverheadEstimate = .likely
  ) {
    self.flavour = flavour
    self.estimate = estimate
    layout =
      flavour.host.isa == .x86
      ? GuestLayout(memoryBytes: flavour.memoryBytes)
      : GuestLayout(
        memoryBytes: flavour.memoryBytes, holeStart: GuestPhysical(flavour.memoryBytes),
        holeEnd: GuestPhysical(flavour.memoryBytes))
    bootedBytes = Self.booted(flavour)
    addMemory()
    addTables()
    addHostFrames(freesHugePageRecords)
    addMonitor()
    add(
      .dirtyBitmap, now: 0, worst: (flavour.memoryBytes + 32_767) / 32_768, .machine,
      "§7: 1 bit for 4 KiB while the machine moves")
  }

  /// The bytes of a part.
  public subscript(kind: OverheadPart.Kind) -> OverheadPart? {
    parts.first { $0.kind == kind }
  }

  /// What all parts but the guest's memory add to it, with what the guest uses now or at the worst.
  public func added(atWorst isWorst: Bool) -> UInt64 {
    parts.filter { $0.adds && $0.kind != .guestMemory }
      .reduce(0) { $0 + (isWorst ? $1.worst : $1.now) }
  }

  /// What is charged to somebody, with what the guest uses now or at the worst.
  public func charged(to charge: OverheadPart.Charge, atWorst isWorst: Bool) -> UInt64 {
    parts.filter { $0.charge == charge }.reduce(0) { $0 + (isWorst ? $1.worst : $1.now) }
  }

  // MARK: Parts

  private mutating func add(
    _ kind: OverheadPart.Kind, now: UInt64, worst: UInt64, _ charge: OverheadPart.Charge,
    _ source: String
  ) {
    guard now > 0 || worst > 0 else { return }
    parts.append(
      OverheadPart(kind: kind, now: now, worst: worst, charge: charge, source: source))
  }

  /// What a guest has touched after the boot that it names, in pages of its backing; nothing where it names
  /// none, has another architecture than the recordings, or can't have so little or so much memory.
  private static func booted(_ flavour: DensityFlavour) -> UInt64? {
    guard let preset = flavour.guest, flavour.workingSet == nil, !flavour.holdsAll,
      flavour.host.isa == .x86,
      let profile = try? preset.profile(memoryBytes: flavour.memoryBytes)
    else { return nil }
    return profile.touchedBytes(pageBytes: flavour.backingBytes)
  }

  /// The bytes of the guest's memory that are there now.
  private var residentBytes: UInt64 {
    if flavour.holdsAll { return flavour.memoryBytes }
    let used =
      flavour.workingSet.map(\.mean) ?? bootedBytes.map { BootedGuest.within($0, estimate) }
      ?? BootedGuest.resident(memoryBytes: flavour.memoryBytes, estimate)
    let page = flavour.backingBytes
    return min((used + page - 1) / page * page, flavour.memoryBytes)
  }

  private mutating func addMemory() {
    let source =
      flavour.holdsAll
      ? "all is there from the start"
      : flavour.workingSet?.origin
        ?? (bootedBytes == nil
          ? BootedGuest.source
          : "recorded: \(flavour.guest?.rawValue ?? ""), at this size, within 2 %")
    add(
      .guestMemory, now: residentBytes, worst: flavour.memoryBytes,
      flavour.usesPool ? .pool : .machine, source)
    add(
      .guestFrames, now: flavour.memoryBytes / 64, worst: flavour.memoryBytes / 64, .guest,
      "B4: 64 bytes for 4 KiB")
  }

  private mutating func addTables() {
    let guest = Self.guestFormat(flavour.host.isa).shape
    add(
      .guestTables, now: count(guest, 4096, of: residentBytes).bytes,
      worst: count(guest, 4096, of: flavour.memoryBytes).bytes, .guest,
      "geometry: each page mapped once, in 4 KiB")
    let now = count(flavour.host.shape, flavour.backingBytes, of: residentBytes)
    let worst = count(flavour.host.shape, flavour.backingBytes, of: flavour.memoryBytes)
    add(.secondStage, now: now.bytes, worst: worst.bytes, .machine, "geometry: \(flavour.host)")
    let record = estimate.of(Self.recordBytes)
    add(
      .tableRecords, now: now.tables * record, worst: worst.tables * record, .machine,
      "assumed: \(Self.recordBytes) bytes for each table")
    add(
      .processTables, now: processCount(residentBytes).bytes,
      worst: processCount(flavour.memoryBytes).bytes, .machine,
      "geometry: the process's own table, \(Self.guestFormat(flavour.host.isa))")
  }

  private mutating func addHostFrames(_ freesRecords: Bool) {
    let page = flavour.backingBytes
    let keepsAll = !(flavour.usesPool && freesRecords && page >= 2 << 20)
    // One page of records stays for each huge page, and stands for all others of it.
    let bytes = keepsAll ? flavour.memoryBytes / 64 : flavour.memoryBytes / page * 4096
    add(
      .hostFrames, now: bytes, worst: bytes, .kernel,
      keepsAll ? "§7: 64 bytes for 4 KiB" : "§7: HVO keeps 4 KiB for each huge page")
  }

  private mutating func addMonitor() {
    let preset = MonitorPreset.of(flavour.monitor, estimate)
    add(.monitor, now: preset.now, worst: preset.worst, .machine, preset.source)
    let processors = UInt64(flavour.processors)
    add(
      .processors, now: processors * estimate.of(Self.processorNow),
      worst: processors * Self.threadBytes, .machine,
      "assumed \(Self.processorNow.kibibytes) KiB now; B7: 8 MiB each")
    let threads = UInt64(flavour.ioThreads)
    add(
      .ioThreads, now: threads * estimate.of(Self.threadNow), worst: threads * Self.threadBytes,
      .machine, "assumed \(Self.threadNow.kibibytes) KiB now; B7: 8 MiB each")
    if let video = flavour.videoBytes {
      add(.video, now: video, worst: video, .machine, "as given")
    }
    if flavour.hasUEFI {
      let image = estimate.of(Self.firmwareBytes)
      add(
        .firmware, now: image, worst: image, .machine,
        "assumed: an image of \(Self.firmwareBytes.mebibytes) MiB")
    }
  }

  /// What the hypervisor keeps of each table of the second stage.
  private static let recordBytes = EstimatedBytes(low: 96, likely: 184, high: 256)
  /// The stack of a thread as far as it is touched.
  private static let threadNow = EstimatedBytes(low: 32 << 10, likely: 128 << 10, high: 256 << 10)
  /// A processor's thread, with what the kernel keeps of it.
  private static let processorNow = EstimatedBytes(
    low: 64 << 10, likely: 192 << 10, high: 512 << 10)
  /// The image of UEFI's firmware with its variables.
  private static let firmwareBytes = EstimatedBytes(low: 2 << 20, likely: 4 << 20, high: 8 << 20)
  /// A thread at the most.
  private static let threadBytes: UInt64 = 8 << 20

  // MARK: Tables

  /// The format of a guest's own tables that is usual on an architecture.
  static func guestFormat(_ isa: ISA) -> GuestFormat {
    switch isa {
    case .x86: .x86Level4
    case .arm: .arm4K
    case .riscv: .sv48
    }
  }

  /// The tables that map the first bytes of the guest's memory.
  private func count(_ shape: TableShape, _ page: UInt64, of bytes: UInt64) -> TableCount {
    let low = min(bytes, layout.lowBytes)
    return shape.count(mapping: [
      TableShape.MappedRange(start: 0, bytes: low, pageBytes: page),
      TableShape.MappedRange(start: layout.holeEnd.value, bytes: bytes - low, pageBytes: page),
    ])
  }

  /// The tables of the process, where guest memory lies in one piece.
  private func processCount(_ bytes: UInt64) -> TableCount {
    Self.guestFormat(flavour.host.isa).shape.count(mapping: [
      TableShape.MappedRange(start: 0, bytes: bytes, pageBytes: flavour.backingBytes)
    ])
  }
}
