internal import Guests
internal import Paging
internal import Quantities
public import Studies

/// How a kind of virtual machine is written, as far as it takes of a host.
extension DensityFlavour: MappingDecodable {
  private static let standard = DensityFlavour("", memoryBytes: 0)
  private static let nameField = RequiredField(
    "name", ValueForm<String>.text, "what the machines are called")
  private static let memoryField = RequiredField(
    "memory", ValueForm<ByteSize>.quantity(in: ByteSize(1 << 20)...ByteSize(1 << 46)),
    "the memory of each")
  private static let processorsField = DefaultField(
    "processors", ValueForm<Int>.integer(in: 1...4096), default: standard.processors,
    "the virtual processors of each")
  private static let backingField = DefaultField(
    "backing",
    ValueForm<UInt64>.choice(among: [("4K", 4096), ("2M", 2 << 20), ("1G", 1 << 30)]),
    default: standard.backingBytes, "the largest pages that memory is backed with")
  private static let poolField = DefaultField(
    "pool", ValueForm<Bool>.boolean, default: standard.usesPool,
    "whether memory comes from the host’s pool of such pages")
  private static let eagerField = DefaultField(
    "eager", ValueForm<Bool>.boolean, default: standard.isEager,
    "whether all memory is there from the start on")
  private static let monitorField = DefaultField(
    "monitor", ValueForm<MonitorKind>.choice(), default: standard.monitor,
    "the program that runs each")
  private static let tablesField = DefaultField(
    "tables", ValueForm<HostFormat>.choice(), default: standard.host, "the second stage's tables")
  private static let videoField = OptionalField(
    "video", ValueForm<ByteSize>.quantity(in: ByteSize(0)...ByteSize(1 << 46)),
    "the memory of each machine’s display")
  private static let threadsField = DefaultField(
    "ioThreads", ValueForm<Int>.integer(in: 0...4096), default: 0,
    "how many threads work for disks alone")
  private static let firmwareField = DefaultField(
    "uefi", ValueForm<Bool>.boolean, default: false, "whether each starts with UEFI")
  private static let passedField = DefaultField(
    "passedThrough", ValueForm<Int>.integer(in: 0...1000), default: 0,
    "how many of the host’s devices each has to itself")
  private static let workingField = OptionalField(
    "workingSet",
    ValueForm<[UInt64]>.list(of: size, count: 1...10_000),
    "what a guest uses at moments that are equally likely")
  private static let returnsField = DefaultField(
    "returns", ValueForm<DensityFlavour.Return>.choice(), default: .none,
    "what becomes of memory that a guest does not use")
  private static let balloonField = OptionalField(
    "balloonLeast", ValueForm<ByteSize>.size, "the least memory that a balloon leaves to the guest")
  private static let mergedField = DefaultField(
    "merged", ValueForm<Share>.share, default: Share(billionths: 0),
    "the part of a guest’s memory that merging is assumed to give back")
  private static let takesField = DefaultField(
    "takes", ValueForm<[KeyedValue<UInt64>]>.keyed(of: .integer()), default: [],
    "what each takes of the host’s other resources")
  private static let worthField = DefaultField(
    "worth", ValueForm<UInt64>.integer(in: 0...1_000_000_000), default: 1,
    "what each counts for, where several kinds compete")
  private static let leastField = DefaultField(
    "least", ValueForm<Int>.integer(in: 0...1_000_000), default: 0, "how many there must be")
  private static let mostField = OptionalField(
    "most", ValueForm<Int>.integer(in: 0...1_000_000), "how many are wanted at most")
  private static let countField = OptionalField(
    "place", ValueForm<Int>.integer(in: 0...10_000_000),
    "how many are placed on hosts such as this one")
  private static let guestField = OptionalField(
    "guest", ValueForm<GuestPreset>.choice(), "what each does while it boots")

  private static let size = ValueForm<ByteSize>.size.map { (size) throws(FormError) in
    size.bytes
  }

  /// What such a mapping is.
  public static var noun: String { "a kind of virtual machine" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, memoryField.declaration, processorsField.declaration,
      backingField.declaration, poolField.declaration, eagerField.declaration,
      monitorField.declaration, tablesField.declaration, videoField.declaration,
      threadsField.declaration, firmwareField.declaration, passedField.declaration,
      workingField.declaration, returnsField.declaration, balloonField.declaration,
      mergedField.declaration, takesField.declaration, worthField.declaration,
      leastField.declaration, mostField.declaration, countField.declaration,
      guestField.declaration,
    ]
  }

  /// What such machines are read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let memory = mapping.value(of: Self.memoryField)
    self.init(name ?? "", memoryBytes: memory?.bytes ?? 0)
    processors = mapping.value(of: Self.processorsField)
    backingBytes = mapping.value(of: Self.backingField)
    usesPool = mapping.value(of: Self.poolField)
    isEager = mapping.value(of: Self.eagerField)
    monitor = mapping.value(of: Self.monitorField)
    host = mapping.value(of: Self.tablesField)
    videoBytes = mapping.value(of: Self.videoField)?.bytes
    ioThreads = mapping.value(of: Self.threadsField)
    hasUEFI = mapping.value(of: Self.firmwareField)
    passedThrough = mapping.value(of: Self.passedField)
    let used = mapping.value(of: Self.workingField)
    workingSet = used.flatMap { WorkingSet($0, origin: "the scenario’s working set") }
    returns = mapping.value(of: Self.returnsField)
    let least = mapping.value(of: Self.balloonField)
    merged = mapping.value(of: Self.mergedField).value
    named = mapping.value(of: Self.takesField).map { Named($0.key, $0.value) }
    worth = mapping.value(of: Self.worthField)
    self.least = mapping.value(of: Self.leastField)
    most = mapping.value(of: Self.mostField)
    placed = mapping.value(of: Self.countField)
    guest = mapping.value(of: Self.guestField)
    if let memory, memory.bytes % 4096 != 0 {
      mapping.refuse("memory", "it must be a multiple of 4 KiB")
    }
    if usesPool, backingBytes == 4096 {
      mapping.refuse("pool", "a pool has pages of “backing: 2M” or “1G”")
    }
    if let least {
      balloonLeastBytes = least.bytes
      if returns != .balloon {
        mapping.refuse("balloonLeast", "it goes with “returns: balloon”")
      }
    }
    if let memory, let most = used?.max(), most > memory.bytes {
      mapping.refuse("workingSet", "none must be more than “memory”, \(memory)")
    }
    if let most, most < self.least {
      mapping.refuse("most", "it must be at least “least”, \(self.least)")
    }
    guard mapping.isSound, name != nil, memory != nil else { return nil }
  }

  /// The machines as they are written.
  var node: Node {
    let usual = Self.standard
    var list = MemberList()
    list.add("name", .text(name))
    list.add("memory", .literal(ByteSize(memoryBytes)))
    if processors != usual.processors { list.add("processors", .literal(processors)) }
    if backingBytes != usual.backingBytes {
      list.add("backing", .literal(backingBytes == 1 << 30 ? "1G" : "2M"))
    }
    if usesPool { list.add("pool", .literal(true)) }
    if isEager { list.add("eager", .literal(true)) }
    if monitor != usual.monitor { list.add("monitor", .literal(monitor.rawValue)) }
    if host != usual.host { list.add("tables", .literal(host.rawValue)) }
    list.add("video", videoBytes.map { .literal(ByteSize($0)) })
    if ioThreads > 0 { list.add("ioThreads", .literal(ioThreads)) }
    if hasUEFI { list.add("uefi", .literal(true)) }
    if passedThrough > 0 { list.add("passedThrough", .literal(passedThrough)) }
    list.add("workingSet", nodes: workingSet?.values.map { .literal(ByteSize($0)) } ?? [])
    if returns != .none { list.add("returns", .literal(returns.rawValue)) }
    if balloonLeastBytes > 0 { list.add("balloonLeast", .literal(ByteSize(balloonLeastBytes))) }
    if merged > 0 {
      list.add("merged", .literal(Share(billionths: UInt64((merged * 1e9).rounded()))))
    }
    if !named.isEmpty {
      list.add(
        "takes", Node(.mapping(named.map { Node.Member($0.name, .literal($0.amount)) })))
    }
    if worth != 1 { list.add("worth", .literal(worth)) }
    if least > 0 { list.add("least", .literal(least)) }
    list.add("most", most.map { .literal($0) })
    list.add("place", placed.map { .literal($0) })
    list.add("guest", guest.map { .literal($0.rawValue) })
    return list.node
  }
}
