internal import Quantities
public import Studies

/// How the devices of a virtual machine are written.
extension InventoryDevices: MappingDecodable {
  private static let videoField = OptionalField(
    "video", ValueForm<Observed<UInt64>>.observedSize, "its video memory")
  private static let disksField = OptionalField(
    "disks", ValueForm<Observed<Int>>.observedCount, "how many disks it has")
  private static let networksField = OptionalField(
    "networks", ValueForm<Observed<Int>>.observedCount, "how many network interfaces it has")
  private static let passedField = OptionalField(
    "passedThrough", ValueForm<Observed<Int>>.observedCount,
    "how many of the host’s devices it has to itself")
  private static let threadsField = OptionalField(
    "ioThreads", ValueForm<Observed<Int>>.observedCount, "how many threads work for its disks alone"
  )
  private static let firmwareField = OptionalField(
    "firmware", ValueForm<Observed<InventoryDevices.Firmware>>.observed(.choice()),
    "what it starts with")

  /// What such a mapping is.
  public static var noun: String { "the devices of a virtual machine" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      videoField.declaration, disksField.declaration, networksField.declaration,
      passedField.declaration, threadsField.declaration, firmwareField.declaration,
    ]
  }

  /// What it is read from.
  public init?(from mapping: inout MappingDecoder) {
    self.init()
    videoBytes = mapping.value(of: Self.videoField)
    disks = mapping.value(of: Self.disksField)
    networks = mapping.value(of: Self.networksField)
    passedThrough = mapping.value(of: Self.passedField)
    ioThreads = mapping.value(of: Self.threadsField)
    firmware = mapping.value(of: Self.firmwareField)
    guard mapping.isSound else { return nil }
  }

  /// It as it is written.
  var node: Node {
    var list = MemberList()
    list.add("video", videoBytes?.sizeNode)
    list.add("disks", disks?.countNode)
    list.add("networks", networks?.countNode)
    list.add("passedThrough", passedThrough?.countNode)
    list.add("ioThreads", ioThreads?.countNode)
    list.add("firmware", firmware?.wordNode)
    return list.node
  }
}
