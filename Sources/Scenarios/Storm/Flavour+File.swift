internal import Costs
internal import Guests
internal import Paging
internal import Quantities
internal import Simulation
public import Studies

/// How virtual machines of one kind are written.
extension Flavour: MappingDecodable {
  private static let nameField = RequiredField(
    "name", ValueForm<String>.text, "what the machines are called")
  private static let countField = DefaultField(
    "count", ValueForm<Int>.integer(in: 1...1_000_000), default: 1, "how many there are")
  private static let guestField = RequiredField(
    "guest", ValueForm<GuestPreset>.choice(), "what each does")
  private static let memoryField = OptionalField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 44)),
    "the memory of each")
  private static let processorsField = DefaultField(
    "processors", ValueForm<Int>.integer(in: 1...4096), default: 1,
    "the virtual processors of each")
  private static let activeField = DefaultField(
    "active", ValueForm<Int>.integer(in: 1...4096), default: 1,
    "how many of the virtual processors touch memory at once")
  private static let touchesField = DefaultField(
    "touches", ValueForm<Touches>.choice(), default: .divided,
    "whether those divide the guest's touches or each make all of them")
  private static let tablesField = DefaultField(
    "tables", ValueForm<HostFormat>.choice(), default: .ept4, "the second stage's tables")
  private static let sourceField = DefaultField(
    "source", ValueForm<Source>.choice(), default: .fresh, "where the memory comes from")
  private static let snapshotField = OptionalField(
    "snapshot", ValueForm<String>.text,
    "the name of the snapshot, which machines of the fleet share with “source: sharedSnapshot”")
  private static let variationField = OptionalField(
    "variation", ValueForm<Variation>.mapping(), "what sets the machines apart, drawn at random")

  private static let readyAfterField = OptionalField(
    "readyAfter",
    ValueForm<TimeSpan>.quantity(
      in: TimeSpan(picoseconds: 1)...TimeSpan(picoseconds: 3_600_000_000_000_000)),
    "when one was ready that was measured alone: its launch is what work and faults leave of that")

  /// What such a mapping is.
  public static var noun: String { "a kind of virtual machine" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, countField.declaration, guestField.declaration,
      memoryField.declaration, processorsField.declaration, activeField.declaration,
      touchesField.declaration, tablesField.declaration, sourceField.declaration,
      snapshotField.declaration, variationField.declaration, readyAfterField.declaration,
    ]
  }

  /// What such machines are read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let count = mapping.value(of: Self.countField)
    let preset = mapping.value(of: Self.guestField)
    let memory = mapping.value(of: Self.memoryField)
    let processors = mapping.value(of: Self.processorsField)
    let active = mapping.value(of: Self.activeField)
    let touches = mapping.value(of: Self.touchesField)
    let tables = mapping.value(of: Self.tablesField)
    let source = mapping.value(of: Self.sourceField)
    let snapshot = mapping.value(of: Self.snapshotField)
    let variation = mapping.value(of: Self.variationField)
    let readyAfter = mapping.value(of: Self.readyAfterField)
    if let memory, memory.bytes % 4096 != 0 {
      mapping.refuse("memory", "it must be a multiple of 4 KiB")
    }
    if snapshot != nil, source == .fresh {
      mapping.refuse("snapshot", "machines have none with “source: fresh”, so leave it out")
    }
    if active > processors {
      mapping.refuse(
        "active", "a machine has “processors: \(processors)”, so it can be that at most")
    }
    guard mapping.isSound, let name, let preset else { return nil }
    let guest: GuestProfile
    do throws(GuestProfileProblem) {
      guest = try preset.profile(memoryBytes: memory?.bytes)
    } catch {
      mapping.refuse(memory == nil ? "guest" : "memory", "\(error)")
      return nil
    }
    if guest.mapping.format.isa != tables.isa {
      mapping.refuse(
        "tables",
        "the guest’s own are \(guest.mapping.format.rawValue), so it must be one of"
          + " \(guest.mapping.format.isa.rawValue)")
      return nil
    }
    self.init(name, count: count, guest, over: tables)
    self.processors = processors
    self.active = active
    self.touches = touches
    self.source = source
    self.snapshot = snapshot
    self.variation = variation
    measuredReady = readyAfter.map(VirtualDuration.init)
  }
}
