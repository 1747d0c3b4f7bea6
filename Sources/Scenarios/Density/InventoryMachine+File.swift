internal import Quantities
public import Studies

/// How a virtual machine of an inventory is written.
extension InventoryMachine: MappingDecodable {
  private static let nameField = RequiredField("name", ValueForm<String>.text, "what it is called")
  private static let hostField = OptionalField(
    "host", ValueForm<String>.text, "the host that it runs on, where there are several")
  private static let memoryField = RequiredField(
    "memory", ValueForm<Observed<UInt64>>.observedSize, "the memory that it may have at most")
  private static let processorsField = OptionalField(
    "processors", ValueForm<Observed<Int>>.observedCount, "its virtual processors")
  private static let balloonField = OptionalField(
    "balloon", ValueForm<InventoryBalloon>.mapping(), "its balloon")
  private static let residentField = OptionalField(
    "resident", ValueForm<Observed<UInt64>>.observedSize, "the memory that its process holds")
  private static let workingField = OptionalField(
    "workingSet", ValueForm<Observed<UInt64>>.observedSize, "the memory that its guest uses")
  private static let swappedField = OptionalField(
    "swapped", ValueForm<Observed<UInt64>>.observedSize, "what of it is in swap")
  private static let cacheField = OptionalField(
    "diskCache", ValueForm<Observed<UInt64>>.observedSize,
    "the memory that its guest uses to cache disks")
  private static let majorField = OptionalField(
    "majorFaults", ValueForm<Observed<UInt64>>.observedNumber,
    "how often its guest had to wait for a page from a disk")
  private static let minorField = OptionalField(
    "minorFaults", ValueForm<Observed<UInt64>>.observedNumber, "the guest’s other faults")
  private static let dirtyField = OptionalField(
    "dirtyRate", ValueForm<Observed<UInt64>>.observedRate, "how much it dirties in a second")
  private static let backingField = OptionalField(
    "backing", ValueForm<Observed<UInt64>>.observedSize,
    "the largest pages that its memory is backed with")
  private static let poolField = OptionalField(
    "pool", ValueForm<Observed<Bool>>.observedTruth,
    "whether its memory comes from a pool of huge pages")
  private static let lockedField = OptionalField(
    "locked", ValueForm<Observed<Bool>>.observedTruth,
    "whether all its memory is there from its start on")
  private static let nodesField = DefaultField(
    "nodes", ValueForm<[Int]>.list(of: .integer(in: 0...1_000_000)), default: [],
    "the NUMA nodes that it is bound to")
  private static let monitorField = OptionalField(
    "monitor", ValueForm<Observed<MonitorKind>>.observed(.choice()), "the program that runs it")
  private static let devicesField = DefaultField(
    "devices", ValueForm<InventoryDevices>.mapping(), default: InventoryDevices(),
    "what it has that costs memory")
  private static let chargedField = OptionalField(
    "charged", ValueForm<Observed<UInt64>>.observedSize, "what its control group is charged")
  private static let limitField = OptionalField(
    "limit", ValueForm<Observed<UInt64>>.observedSize, "what its control group may be charged")
  private static let usageField = DefaultField(
    "usage", ValueForm<[InventoryUsage]>.list(of: .mapping()), default: [],
    "what it used at moments, in their order")

  /// What such a mapping is.
  public static var noun: String { "a virtual machine of an inventory" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, hostField.declaration, memoryField.declaration,
      processorsField.declaration, balloonField.declaration, residentField.declaration,
      workingField.declaration, swappedField.declaration, cacheField.declaration,
      majorField.declaration, minorField.declaration, dirtyField.declaration,
      backingField.declaration, poolField.declaration, lockedField.declaration,
      nodesField.declaration, monitorField.declaration, devicesField.declaration,
      chargedField.declaration, limitField.declaration, usageField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let memoryBytes = mapping.value(of: Self.memoryField)
    let host = mapping.value(of: Self.hostField)
    let processors = mapping.value(of: Self.processorsField)
    let balloon = mapping.value(of: Self.balloonField)
    let residentBytes = mapping.value(of: Self.residentField)
    let workingSetBytes = mapping.value(of: Self.workingField)
    let swappedBytes = mapping.value(of: Self.swappedField)
    let diskCacheBytes = mapping.value(of: Self.cacheField)
    let majorFaults = mapping.value(of: Self.majorField)
    let minorFaults = mapping.value(of: Self.minorField)
    let dirtyBytesPerSecond = mapping.value(of: Self.dirtyField)
    let backingPageBytes = mapping.value(of: Self.backingField)
    let usesPool = mapping.value(of: Self.poolField)
    let isLocked = mapping.value(of: Self.lockedField)
    let nodes = mapping.value(of: Self.nodesField)
    let monitor = mapping.value(of: Self.monitorField)
    let devices = mapping.value(of: Self.devicesField)
    let chargedBytes = mapping.value(of: Self.chargedField)
    let limitBytes = mapping.value(of: Self.limitField)
    let usage = mapping.value(of: Self.usageField)
    guard mapping.isSound, let name, let memoryBytes else { return nil }
    self.init(name, memoryBytes: memoryBytes)
    self.host = host
    self.processors = processors
    self.balloon = balloon
    self.residentBytes = residentBytes
    self.workingSetBytes = workingSetBytes
    self.swappedBytes = swappedBytes
    self.diskCacheBytes = diskCacheBytes
    self.majorFaults = majorFaults
    self.minorFaults = minorFaults
    self.dirtyBytesPerSecond = dirtyBytesPerSecond
    self.backingPageBytes = backingPageBytes
    self.usesPool = usesPool
    self.isLocked = isLocked
    self.nodes = nodes
    self.monitor = monitor
    self.devices = devices
    self.chargedBytes = chargedBytes
    self.limitBytes = limitBytes
    self.usage = usage
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("name", .text(name))
    list.add("host", host.map { Node.text($0) })
    list.add("memory", memoryBytes.sizeNode)
    list.add("processors", processors?.countNode)
    list.add("balloon", balloon?.node)
    list.add("resident", residentBytes?.sizeNode)
    list.add("workingSet", workingSetBytes?.sizeNode)
    list.add("swapped", swappedBytes?.sizeNode)
    list.add("diskCache", diskCacheBytes?.sizeNode)
    list.add("majorFaults", majorFaults?.numberNode)
    list.add("minorFaults", minorFaults?.numberNode)
    list.add("dirtyRate", dirtyBytesPerSecond?.rateNode)
    list.add("backing", backingPageBytes?.sizeNode)
    list.add("pool", usesPool?.truthNode)
    list.add("locked", isLocked?.truthNode)
    list.add("nodes", nodes: nodes.map { .literal($0) })
    list.add("monitor", monitor?.wordNode)
    if devices != InventoryDevices() { list.add("devices", devices.node) }
    list.add("charged", chargedBytes?.sizeNode)
    list.add("limit", limitBytes?.sizeNode)
    list.add("usage", nodes: usage.map(\.node))
    return list.node
  }
}
