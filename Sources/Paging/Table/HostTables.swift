/// A hypervisor's second-stage tables in the machine's memory.
///
/// Every edit is of one range; it is either refused, and then nothing has changed, or made in full.
/// Tables are made when they are needed and freed when they are empty. Who translates through the
/// tables meanwhile must be told what became invalid, as on real hardware.
public struct HostTables: ~Copyable {
  /// Where the tables start and how they are shaped.
  public let root: HostRoot
  var stage: StageTables

  /// Empty tables of a format, made from the frames of `bytes` bytes at `frames`.
  ///
  /// `inputBits` and `levels` choose among the shapes that Arm has.
  public init(
    _ format: HostFormat, at frames: HostPhysical, bytes: UInt64, inputBits: Int? = nil,
    levels: Int? = nil, order: TableOrder = .ascending,
    placed placement: TablePlacement = .identity, in memory: inout PhysicalMemory
  ) throws(TableError) {
    let empty = try HostRoot(
      format, at: HostPhysical(0), inputBits: inputBits, levels: levels, placed: placement)
    var pool = TableFrames(frameBytes: empty.shape.tableBytes)
    try pool.add(at: frames.value, bytes: bytes, order: order)
    stage = try StageTables(empty.stageRoot, frames: pool, memory.handle)
    root = HostRoot(
      format, empty.shape, at: HostPhysical(stage.root.address), placed: placement)
  }

  /// The frames that the tables are made from.
  public var frames: TableFrames { stage.frames }

  /// Gives the tables more frames, from `bytes` bytes at `base`.
  public mutating func addFrames(at base: HostPhysical, bytes: UInt64) throws(TableError) {
    try stage.frames.add(at: base.value, bytes: bytes)
  }

  /// Maps the `bytes` bytes at `address` to those at `target`, in pages of `pageBytes` bytes or else in
  /// the largest that fit.
  @discardableResult
  public mutating func map(
    _ address: GuestPhysical, bytes: UInt64, to target: HostPhysical,
    _ attributes: HostAttributes, pageBytes: UInt64? = nil, in memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    try perform(
      .map(target: target.value, attributes.page, pageBytes: pageBytes), address, bytes, &memory)
  }

  /// The entry of a page at address 0, for ``mapPage(_:to:_:in:)``; nothing where the format has none like
  /// it.
  package func template(_ attributes: HostAttributes, pageBytes: UInt64) -> PageTemplate? {
    guard let level = root.shape.level(ofPageBytes: pageBytes),
      let entry = root.format.encoding.pageEntry(attributes.page, level: level)
    else { return nil }
    return PageTemplate(entry: entry, level: level)
  }

  /// Maps one page if nothing is in its way and its table is there already, as after most faults, and says
  /// whether it was so.
  ///
  /// Both addresses are those of pages of the template's size. Where it wasn't so, nothing has changed,
  /// and ``map(_:bytes:to:_:pageBytes:in:)`` makes the table or says what is wrong.
  package mutating func mapPage(
    _ address: GuestPhysical, to target: HostPhysical, _ template: PageTemplate,
    in memory: inout PhysicalMemory
  ) -> Bool {
    guard address.value &>> UInt64(truncatingIfNeeded: root.shape.inputBits) == 0 else {
      return false
    }
    return root.format.encoding.mapOne(
      address.value, to: target.value, template, in: &stage, memory.handle)
  }

  /// Unmaps a range of whole pages, and frees the tables that become empty.
  @discardableResult
  public mutating func unmap(
    _ address: GuestPhysical, bytes: UInt64, skippingHoles: Bool = false,
    in memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    try perform(.unmap, address, bytes, skippingHoles: skippingHoles, &memory)
  }

  /// Gives the whole pages of a range other permissions.
  ///
  /// A page that gains the right to write becomes dirty.
  @discardableResult
  public mutating func protect(
    _ address: GuestPhysical, bytes: UInt64, _ permissions: HostPermissions,
    skippingHoles: Bool = false, in memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    try perform(
      .protect(HostAttributes(permissions).page), address, bytes, skippingHoles: skippingHoles,
      &memory)
  }

  /// Clears the accessed flags of all pages that meet a range, and says how many were set.
  @discardableResult
  public mutating func age(
    _ address: GuestPhysical, bytes: UInt64, in memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    try perform(.age, address, bytes, skippingHoles: true, &memory).pages
  }

  /// Clears the dirty flags of all pages that meet a range, and says how many were set.
  @discardableResult
  public mutating func clean(
    _ address: GuestPhysical, bytes: UInt64, in memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    try perform(.clean, address, bytes, skippingHoles: true, &memory).pages
  }

  /// Takes the right to write from all pages that meet a range, and says how many had it.
  @discardableResult
  public mutating func writeProtect(
    _ address: GuestPhysical, bytes: UInt64, in memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    try perform(.writeProtect, address, bytes, skippingHoles: true, &memory).pages
  }

  /// Takes all rights from the pages that meet a range, in a way that ``restore(_:in:)`` can give them
  /// back, and says how many pages that were; none where the format isn't EPT's.
  ///
  /// It is how accesses are seen by EPT without accessed flags.
  @discardableResult
  public mutating func revoke(
    _ address: GuestPhysical, bytes: UInt64, in memory: inout PhysicalMemory
  ) throws(TableError) -> Int {
    guard root.format.encoding == .ept else { return 0 }
    return try perform(.revoke, address, bytes, skippingHoles: true, &memory).pages
  }

  /// Gives the page of an address the rights back that were taken from it, but for that to write.
  @discardableResult
  public mutating func restore(
    _ address: GuestPhysical, in memory: inout PhysicalMemory
  ) -> HostPage? {
    guard root.format.encoding == .ept, let at = stage.root.narrowed(address.value) else {
      return nil
    }
    guard stage.root.restore(at, EPTFormat.self, memory.handle) else { return nil }
    return page(at: address, in: memory)
  }

  /// The bytes of the page of an address whose rights were taken away.
  public func revokedBytes(
    at address: GuestPhysical, in memory: borrowing PhysicalMemory
  ) -> UInt64? {
    guard root.format.encoding == .ept, let at = stage.root.narrowed(address.value) else {
      return nil
    }
    return stage.root.revoked(at, EPTFormat.self, memory.handle)
      .map { 1 << EPTFormat.shift($0.level) }
  }

  /// Finds the page of a guest-physical address, without a trace.
  public func page(at address: GuestPhysical, in memory: borrowing PhysicalMemory) -> HostPage? {
    // The root in the tables' own keeping: a copy would count references to where they are placed.
    guard let narrow = stage.root.narrowed(address.value),
      let found = root.format.encoding.find(narrow, in: stage.root, memory.handle)
    else { return nil }
    return HostPage(
      address: HostPhysical(found.address), bytes: found.bytes, level: found.level,
      entry: found.entry, attributes: HostAttributes(found.attributes))
  }

  /// The tables as text.
  public func dump(in memory: borrowing PhysicalMemory) -> String { root.dump(in: memory) }

  private mutating func perform(
    _ kind: TableEdit.Kind, _ address: GuestPhysical, _ bytes: UInt64, skippingHoles: Bool = false,
    _ memory: inout PhysicalMemory
  ) throws(TableError) -> EditSummary {
    let range = try stage.root.checked(address.value, bytes: bytes)
    let edit = TableEdit(kind: kind, range: range, skipsHoles: skippingHoles)
    return try root.format.encoding.perform(edit, on: &stage, memory.handle)
  }
}
