// Edits while walks run through the tables: `Docs/LiveTables.md` says what walks may see meanwhile.

extension HostTables {
  /// Splits the page of an address into pages of `pageBytes` bytes.
  ///
  /// Only the page with the address is split further where there is more than one size between.
  @discardableResult
  public mutating func split(
    _ address: GuestPhysical, to pageBytes: UInt64, leaving children: SplitChildren = .all,
    live options: LiveOptions = LiveOptions(), in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let at = try stage.root.checked(address.value, bytes: 1).lowerBound
    return try perform(.split(at: at, pageBytes: pageBytes, children), options, &memory)
  }

  /// Makes the table that maps the `pageBytes` bytes around an address one page, or clears the way for
  /// one.
  @discardableResult
  public mutating func collapse(
    _ address: GuestPhysical, to pageBytes: UInt64, _ way: CollapseWay = .inPlace,
    live options: LiveOptions = LiveOptions(), in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let at = try stage.root.checked(address.value, bytes: 1).lowerBound
    return try perform(.collapse(at: at, pageBytes: pageBytes, way), options, &memory)
  }

  /// Maps the page of an address to `target` instead, with these attributes.
  @discardableResult
  public mutating func remap(
    _ address: GuestPhysical, to target: HostPhysical, _ attributes: HostAttributes,
    live options: LiveOptions = LiveOptions(), in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let at = try stage.root.checked(address.value, bytes: 1).lowerBound
    return try perform(
      .remap(at: at, target: target.value, attributes.page), options, &memory)
  }

  /// Writes a word over the entry of a page of the smallest size: one that hardware can't use, by which
  /// a hypervisor knows a device's page again.
  ///
  /// Who wants one maps the page first.
  @discardableResult
  public mutating func mark(
    _ address: GuestPhysical, with word: UInt64, live options: LiveOptions = LiveOptions(),
    in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let at = try stage.root.checked(address.value, bytes: 1).lowerBound
    return try perform(.mark(at: at, word: word), options, &memory)
  }

  /// Maps a range as ``map(_:bytes:to:_:pageBytes:in:)`` does, while walks run.
  @discardableResult
  public mutating func map(
    _ address: GuestPhysical, bytes: UInt64, to target: HostPhysical, _ attributes: HostAttributes,
    pageBytes: UInt64? = nil, live options: LiveOptions, in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    try perform(
      .map(target: target.value, attributes.page, pageBytes: pageBytes), address, bytes, false,
      options, &memory)
  }

  /// Unmaps a range while walks run; tables that become empty are freed once the caches are told.
  @discardableResult
  public mutating func unmap(
    _ address: GuestPhysical, bytes: UInt64, skippingHoles: Bool = false, live options: LiveOptions,
    in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    try perform(.unmap, address, bytes, skippingHoles, options, &memory)
  }

  /// Gives a range other permissions while walks run.
  @discardableResult
  public mutating func protect(
    _ address: GuestPhysical, bytes: UInt64, _ permissions: HostPermissions,
    skippingHoles: Bool = false, live options: LiveOptions, in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    try perform(
      .protect(HostAttributes(permissions).page), address, bytes, skippingHoles, options, &memory)
  }

  /// Clears the accessed flags of all pages that meet a range, while walks run.
  @discardableResult
  public mutating func age(
    _ address: GuestPhysical, bytes: UInt64, live options: LiveOptions,
    in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    try perform(.age, address, bytes, true, options, &memory)
  }

  /// Clears the dirty flags of all pages that meet a range, while walks run.
  @discardableResult
  public mutating func clean(
    _ address: GuestPhysical, bytes: UInt64, live options: LiveOptions,
    in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    try perform(.clean, address, bytes, true, options, &memory)
  }

  private mutating func perform(
    _ kind: TableEdit.Kind, _ address: GuestPhysical, _ bytes: UInt64, _ skipsHoles: Bool,
    _ options: LiveOptions, _ memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let range = try stage.root.checked(address.value, bytes: bytes)
    let edit = TableEdit(kind: kind, range: range, skipsHoles: skipsHoles)
    return try perform(.range(edit), options, &memory)
  }

  mutating func perform(
    _ change: LiveChange, _ options: LiveOptions, _ memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    var session = LiveSession(root.format.translationStage, options, NoEditObserver())
    try root.format.encoding.perform(change, on: &stage, &session, &memory)
    return session.edit
  }
}
