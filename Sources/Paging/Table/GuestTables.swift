/// A guest's own tables, in guest-physical memory.
///
/// They are built from outside, as a loader does it: the entries are written wherever the guest's
/// memory lies, whatever the hypervisor's tables let the guest do there. Every edit is of one range;
/// it is either refused, and then nothing has changed, or made in full.
public struct GuestTables: ~Copyable {
  /// Where the tables start and how they are shaped.
  public let root: GuestRoot
  var stage: StageTables

  /// Empty tables of a format, made from the guest-physical frames of `bytes` bytes at `frames`.
  ///
  /// `inputBits` and `isUpperHalf` choose among what Arm has; other formats are refused them.
  public init(
    _ format: GuestFormat, at frames: GuestPhysical, bytes: UInt64, inputBits: Int? = nil,
    isUpperHalf: Bool = false, order: TableOrder = .ascending, placed placement: TablePlacement,
    in memory: inout PhysicalMemory
  ) throws(TableError) {
    let empty = try GuestRoot(
      format, at: GuestPhysical(0), inputBits: inputBits, isUpperHalf: isUpperHalf,
      placed: placement)
    var pool = TableFrames(frameBytes: empty.shape.tableBytes)
    try pool.add(at: frames.value, bytes: bytes, order: order)
    stage = try StageTables(empty.stageRoot, frames: pool, memory.handle)
    root = GuestRoot(
      format, empty.shape, at: GuestPhysical(stage.root.address), isUpperHalf: isUpperHalf,
      placed: placement)
  }

  /// The frames that the tables are made from.
  public var frames: TableFrames { stage.frames }

  /// Gives the tables more frames, from `bytes` bytes at `base`.
  public mutating func addFrames(at base: GuestPhysical, bytes: UInt64) throws(TableError) {
    try stage.frames.add(at: base.value, bytes: bytes)
  }

  /// Maps the `bytes` bytes at `address` to those at `target`, in pages of `pageBytes` bytes or else in
  /// the largest that fit.
  @discardableResult
  public mutating func map(
    _ address: GuestVirtual, bytes: UInt64, to target: GuestPhysical,
    _ attributes: GuestAttributes, pageBytes: UInt64? = nil, in memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    try perform(
      .map(target: target.value, attributes.page, pageBytes: pageBytes), address, bytes, &memory)
  }

  /// Unmaps a range of whole pages, and frees the tables that become empty.
  @discardableResult
  public mutating func unmap(
    _ address: GuestVirtual, bytes: UInt64, skippingHoles: Bool = false,
    in memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    try perform(.unmap, address, bytes, skippingHoles: skippingHoles, &memory)
  }

  /// Gives the whole pages of a range other permissions.
  ///
  /// A page that gains the right to write becomes dirty.
  @discardableResult
  public mutating func protect(
    _ address: GuestVirtual, bytes: UInt64, _ permissions: GuestPermissions,
    skippingHoles: Bool = false, in memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    try perform(
      .protect(GuestAttributes(permissions).page), address, bytes, skippingHoles: skippingHoles,
      &memory)
  }

  /// Clears the accessed flags of all pages that meet a range, and says how many were set.
  @discardableResult
  public mutating func age(
    _ address: GuestVirtual, bytes: UInt64, in memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    try perform(.age, address, bytes, skippingHoles: true, &memory).pages
  }

  /// Clears the dirty flags of all pages that meet a range, and says how many were set.
  @discardableResult
  public mutating func clean(
    _ address: GuestVirtual, bytes: UInt64, in memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    try perform(.clean, address, bytes, skippingHoles: true, &memory).pages
  }

  /// Finds the page of a guest-virtual address, without a trace.
  public func page(at address: GuestVirtual, in memory: borrowing PhysicalMemory) -> GuestPage? {
    root.page(at: address, in: memory)
  }

  /// The tables as text.
  public func dump(in memory: borrowing PhysicalMemory) -> String { root.dump(in: memory) }

  private mutating func perform(
    _ kind: TableEdit.Kind, _ address: GuestVirtual, _ bytes: UInt64, skippingHoles: Bool = false,
    _ memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    let range = try stage.root.checked(address.value, bytes: bytes)
    let edit = TableEdit(kind: kind, range: range, skipsHoles: skippingHoles)
    return try root.format.encoding.perform(edit, on: &stage, memory.handle)
  }
}
