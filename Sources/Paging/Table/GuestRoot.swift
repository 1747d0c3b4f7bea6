/// Where a guest's own tables start and how they are shaped: all that it takes to read them.
public struct GuestRoot: Sendable, Hashable {
  /// The tables' format.
  public let format: GuestFormat
  /// The tables' shape.
  public let shape: TableShape
  /// The address of the root.
  public let address: GuestPhysical
  /// Whether the tables are those of Arm's upper half, which TTBR1_EL1 leads to.
  ///
  /// The other architectures have one tree for both halves.
  public let isUpperHalf: Bool
  /// Where guest-physical memory lies.
  public let placement: TablePlacement

  /// Tables of a format whose root is at `address`.
  ///
  /// `inputBits` and `isUpperHalf` choose among what Arm has.
  public init(
    _ format: GuestFormat, at address: GuestPhysical, inputBits: Int? = nil,
    isUpperHalf: Bool = false, placed placement: TablePlacement
  ) throws(TableError) {
    var shape = format.shape
    if let inputBits {
      do {
        shape = try format.shape(inputBits: inputBits)
      } catch {
        throw .shape(error)
      }
    }
    guard !isUpperHalf || format.isa == .arm else { throw .noUpperHalf(format) }
    guard address.isAligned(to: shape.rootBytes) else {
      throw .misaligned(address.value, pageBytes: shape.rootBytes)
    }
    self.init(format, shape, at: address, isUpperHalf: isUpperHalf, placed: placement)
  }

  init(
    _ format: GuestFormat, _ shape: TableShape, at address: GuestPhysical, isUpperHalf: Bool,
    placed placement: TablePlacement
  ) {
    self.format = format
    self.shape = shape
    self.address = address
    self.isUpperHalf = isUpperHalf
    self.placement = placement
  }

  /// Finds the page of a guest-virtual address, without a trace.
  public func page(at address: GuestVirtual, in memory: borrowing PhysicalMemory) -> GuestPage? {
    let root = stageRoot
    guard let narrow = root.narrowed(address.value),
      let found = format.encoding.find(narrow, in: root, memory.handle)
    else { return nil }
    return GuestPage(
      address: GuestPhysical(found.address), bytes: found.bytes, level: found.level,
      entry: found.entry, attributes: GuestAttributes(found.attributes))
  }

  /// The tables as text: a line for each run of alike entries, levels indented, the same for the same
  /// tables.
  public func dump(in memory: borrowing PhysicalMemory, lines: Int = 100_000) -> String {
    "\(format) root \(address)\n"
      + format.encoding.describe(stageRoot, lines: lines, memory.handle)
  }

  var stageRoot: StageRoot {
    let widening: StageRoot.Widening =
      format.isa == .arm ? (isUpperHalf ? .ones : .zeros) : .sign
    return StageRoot(
      shape: shape, widening: widening, placement: placement, address: address.value)
  }
}
