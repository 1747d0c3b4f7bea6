/// Where a hypervisor's tables start and how they are shaped: all that it takes to read them.
public struct HostRoot: Sendable, Hashable {
  /// The tables' format.
  public let format: HostFormat
  /// The tables' shape.
  public let shape: TableShape
  /// The address of the root.
  public let address: HostPhysical
  /// Where the tables lie, if the hypervisor is itself a guest.
  public let placement: TablePlacement

  /// Tables of a format whose root is at `address`.
  ///
  /// `inputBits` and `levels` choose among the shapes that Arm has.
  public init(
    _ format: HostFormat, at address: HostPhysical, inputBits: Int? = nil, levels: Int? = nil,
    placed placement: TablePlacement = .identity
  ) throws(TableError) {
    var shape = format.shape
    if inputBits != nil || levels != nil {
      do {
        shape = try format.shape(inputBits: inputBits ?? shape.inputBits, levels: levels)
      } catch {
        throw .shape(error)
      }
    }
    guard address.isAligned(to: shape.rootBytes) else {
      throw .misaligned(address.value, pageBytes: shape.rootBytes)
    }
    self.init(format, shape, at: address, placed: placement)
  }

  init(
    _ format: HostFormat, _ shape: TableShape, at address: HostPhysical,
    placed placement: TablePlacement
  ) {
    self.format = format
    self.shape = shape
    self.address = address
    self.placement = placement
  }

  /// Finds the page of a guest-physical address, without a trace.
  public func page(at address: GuestPhysical, in memory: borrowing PhysicalMemory) -> HostPage? {
    guard let found = find(address.value, memory.handle) else { return nil }
    return HostPage(
      address: HostPhysical(found.address), bytes: found.bytes, level: found.level,
      entry: found.entry, attributes: HostAttributes(found.attributes))
  }

  /// The tables as text: a line for each run of alike entries, levels indented, the same for the same
  /// tables.
  public func dump(in memory: borrowing PhysicalMemory, lines: Int = 100_000) -> String {
    "\(format) root \(address)\n"
      + format.encoding.describe(stageRoot, lines: lines, memory.handle)
  }

  var stageRoot: StageRoot {
    StageRoot(shape: shape, widening: .zeros, placement: placement, address: address.value)
  }

  func find(_ address: UInt64, _ memory: MemoryHandle) -> StagePage? {
    let root = stageRoot
    guard let narrow = root.narrowed(address) else { return nil }
    return format.encoding.find(narrow, in: root, memory)
  }
}
