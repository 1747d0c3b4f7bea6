import Guests
import Paging

/// What one virtual machine takes of its host, by parts.
public struct MachineOverhead: Sendable, Hashable {
  /// The kind of machine.
  public let flavour: DensityFlavour
  /// The parts, in the order of their kinds.
  public private(set) var parts: [OverheadPart] = []

  /// Where guest memory lies on x86: around the hole below 4 GiB.
  private let layout: GuestLayout

  /// Takes a kind of machine to its parts, on a host that may free the records of huge pages' frames.
  public init(_ flavour: DensityFlavour, freesHugePageRecords: Bool = true) {
    self.flavour = flavour
    layout =
      flavour.host.isa == .x86
      ? GuestLayout(memoryBytes: flavour.memoryBytes)
      : GuestLayout(
        memoryBytes: flavour.memoryBytes, holeStart: GuestPhysical(flavour.memoryBytes),
        holeEnd: GuestPhysical(flavour.memoryBytes))
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

  /// The bytes of the guest's memory that are there now.
  private var residentBytes: UInt64 {
    if flavour.holdsAll { return flavour.memoryBytes }
    let used =
      flavour.workingSet.map(\.mean) ?? BootedGuest.resident(memoryBytes: flavour.memoryBytes)
    let page = flavour.backingBytes
    return min((used + page - 1) / page * page, flavour.memoryBytes)
  }

  private mutating func addMemory() {
    let source =
      flavour.holdsAll
      ? "all is there from the start" : flavour.workingSet?.origin ?? BootedGuest.source
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
    add(
      .tableRecords, now: now.tables * Self.recordBytes, worst: worst.tables * Self.recordBytes,
      .machine, "assumed: \(Self.recordBytes) bytes for each table")
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
    let preset = MonitorPreset.of(flavour.monitor)
    add(.monitor, now: preset.now, worst: preset.worst, .machine, preset.source)
    let processors = UInt64(flavour.processors)
    add(
      .processors, now: processors * Self.processorNow, worst: processors * Self.threadBytes,
      .machine, "assumed 192 KiB now; B7: 8 MiB each")
    let threads = UInt64(flavour.ioThreads)
    add(
      .ioThreads, now: threads * Self.threadNow, worst: threads * Self.threadBytes, .machine,
      "assumed 128 KiB now; B7: 8 MiB each")
    if let video = flavour.videoBytes {
      add(.video, now: video, worst: video, .machine, "as given")
    }
    if flavour.hasUEFI {
      add(.firmware, now: 4 << 20, worst: 4 << 20, .machine, "assumed: an image of 4 MiB")
    }
  }

  /// What the hypervisor keeps of each table of the second stage.
  private static let recordBytes: UInt64 = 184
  /// The stack of a thread as far as it is touched.
  private static let threadNow: UInt64 = 128 << 10
  /// A processor's thread, with what the kernel keeps of it.
  private static let processorNow: UInt64 = 192 << 10
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
