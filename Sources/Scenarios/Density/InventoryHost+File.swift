internal import Paging

internal import Quantities
public import Studies

/// How a host of an inventory is written.
extension InventoryHost: MappingDecodable {
  private static let nameField = RequiredField("name", ValueForm<String>.text, "what it is called")
  private static let architectureField = OptionalField(
    "architecture", ValueForm<ISA>.choice(), "its architecture")
  private static let memoryField = RequiredField(
    "memory", ValueForm<Observed<UInt64>>.observedSize, "the memory that its kernel manages")
  private static let availableField = OptionalField(
    "available", ValueForm<Observed<UInt64>>.observedSize, "what could be had without swapping")
  private static let processorsField = OptionalField(
    "processors", ValueForm<Observed<Int>>.observedCount, "its processors")
  private static let pageField = OptionalField(
    "pageSize", ValueForm<Observed<UInt64>>.observedSize, "its smallest page")
  private static let nodesField = DefaultField(
    "nodes", ValueForm<[InventoryNode]>.list(of: .mapping()), default: [], "its NUMA nodes")
  private static let poolsField = DefaultField(
    "hugePages", ValueForm<[InventoryHugePages]>.list(of: .mapping()), default: [],
    "its pools of huge pages")
  private static let reservedField = OptionalField(
    "reserved", ValueForm<Observed<UInt64>>.observedSize, "what is kept from virtual machines")
  private static let swapField = OptionalField(
    "swap", ValueForm<Observed<UInt64>>.observedSize, "its swap")
  private static let swapFreeField = OptionalField(
    "swapFree", ValueForm<Observed<UInt64>>.observedSize, "its swap that is free")
  private static let mergingField = OptionalField(
    "merging", ValueForm<InventoryMerging>.mapping(), "how it merges pages that are the same")
  private static let transparentField = OptionalField(
    "transparentHugePages",
    ValueForm<Observed<InventoryHost.TransparentHugePages>>.observed(.choice()),
    "what its kernel does about transparent huge pages")
  private static let watermarksField = OptionalField(
    "watermarks", ValueForm<InventoryWatermarks>.mapping(),
    "below how much free memory its kernel reclaims")
  private static let limitField = OptionalField(
    "machineLimit", ValueForm<Observed<UInt64>>.observedSize,
    "what the control group above all virtual machines may use")
  private static let tablesField = OptionalField(
    "pageTables", ValueForm<Observed<UInt64>>.observedSize, "what all page tables of processes take"
  )
  private static let secondStageField = OptionalField(
    "secondStageTables", ValueForm<Observed<UInt64>>.observedSize,
    "what the second stage’s tables take")

  /// What such a mapping is.
  public static var noun: String { "a host of an inventory" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, architectureField.declaration, memoryField.declaration,
      availableField.declaration, processorsField.declaration, pageField.declaration,
      nodesField.declaration, poolsField.declaration, reservedField.declaration,
      swapField.declaration, swapFreeField.declaration, mergingField.declaration,
      transparentField.declaration, watermarksField.declaration, limitField.declaration,
      tablesField.declaration, secondStageField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let memoryBytes = mapping.value(of: Self.memoryField)
    let architecture = mapping.value(of: Self.architectureField)
    let availableBytes = mapping.value(of: Self.availableField)
    let processors = mapping.value(of: Self.processorsField)
    let pageBytes = mapping.value(of: Self.pageField)
    let nodes = mapping.value(of: Self.nodesField)
    let hugePages = mapping.value(of: Self.poolsField)
    let reservedBytes = mapping.value(of: Self.reservedField)
    let swapBytes = mapping.value(of: Self.swapField)
    let swapFreeBytes = mapping.value(of: Self.swapFreeField)
    let merging = mapping.value(of: Self.mergingField)
    let transparentHugePages = mapping.value(of: Self.transparentField)
    let watermarks = mapping.value(of: Self.watermarksField)
    let machineLimitBytes = mapping.value(of: Self.limitField)
    let pageTableBytes = mapping.value(of: Self.tablesField)
    let secondStageBytes = mapping.value(of: Self.secondStageField)
    guard mapping.isSound, let name, let memoryBytes else { return nil }
    self.init(name, memoryBytes: memoryBytes)
    self.architecture = architecture
    self.availableBytes = availableBytes
    self.processors = processors
    self.pageBytes = pageBytes
    self.nodes = nodes
    self.hugePages = hugePages
    self.reservedBytes = reservedBytes
    self.swapBytes = swapBytes
    self.swapFreeBytes = swapFreeBytes
    self.merging = merging
    self.transparentHugePages = transparentHugePages
    self.watermarks = watermarks
    self.machineLimitBytes = machineLimitBytes
    self.pageTableBytes = pageTableBytes
    self.secondStageBytes = secondStageBytes
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("name", .text(name))
    list.add("architecture", (architecture?.rawValue).map { Node.literal($0) })
    list.add("memory", memoryBytes.sizeNode)
    list.add("available", availableBytes?.sizeNode)
    list.add("processors", processors?.countNode)
    list.add("pageSize", pageBytes?.sizeNode)
    list.add("nodes", nodes: nodes.map(\.node))
    list.add("hugePages", nodes: hugePages.map(\.node))
    list.add("reserved", reservedBytes?.sizeNode)
    list.add("swap", swapBytes?.sizeNode)
    list.add("swapFree", swapFreeBytes?.sizeNode)
    list.add("merging", merging?.node)
    list.add("transparentHugePages", transparentHugePages?.wordNode)
    list.add("watermarks", watermarks?.node)
    list.add("machineLimit", machineLimitBytes?.sizeNode)
    list.add("pageTables", pageTableBytes?.sizeNode)
    list.add("secondStageTables", secondStageBytes?.sizeNode)
    return list.node
  }
}
