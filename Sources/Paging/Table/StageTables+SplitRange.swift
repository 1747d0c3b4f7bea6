extension StageTables {
  /// Splits the pages of a range that are larger than a size, until all have it.
  mutating func splitRange<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ range: Range<UInt64>, to pageBytes: UInt64,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    guard let level = root.shape.level(ofPageBytes: pageBytes) else {
      throw .noSuchPage(bytes: pageBytes, sizes: root.shape.pageSizes)
    }
    var needed = 0
    var first: PlacedPage?
    try visitLive(Format.self, root.address, level: root.shape.levels - 1, range, memory) {
      place, entry in
      if place.level > level, !Format.isTable(entry, level: place.level) {
        // A page of level n becomes 1 table of level n - 1, each of whose 512 pages becomes one, ….
        for number in 0..<place.level - level { needed += 1 << (Int(Format.indexBits) * number) }
        if first == nil {
          let bytes: UInt64 = 1 << Format.shift(place.level)
          first = PlacedPage(place: place, entry: entry, bytes: bytes, groupBits: 0)
        }
      }
    }
    try reserveLive(needed, memory)
    if let first { try refuseSplit(Format.self, first, session.options) }
    try splitRange(
      Format.self, root.address, level: root.shape.levels - 1, range, to: level, &session, &memory)
  }

  private mutating func splitRange<Format: LiveFormat, Observer: EditObserver>(
    _: Format.Type, _ table: UInt64, level: Int, _ range: Range<UInt64>, to target: Int,
    _ session: inout LiveSession<Observer>, _ memory: inout PhysicalMemory
  ) throws(TableError) {
    for place in places(Format.self, of: table, level: level, range) {
      var entry = try entry(at: place, memory)
      guard Format.isPresent(entry) else { continue }
      var wasTable = true
      let bytes: UInt64 = 1 << Format.shift(level)
      if !Format.isTable(entry, level: level) {
        wasTable = false
        if Format.isGrouped(entry, level: level),
          let group = try placedPage(at: place.start, Format.self, memory)
        {
          try splitOnce(Format.self, group, place.start, .all, &session, &memory)
          entry = try self.entry(at: place, memory)
        }
        guard level > target else { continue }
        let page = PlacedPage(place: place, entry: entry, bytes: bytes, groupBits: 0)
        try splitEntry(Format.self, page, place.start, .all, &session, &memory)
        entry = try self.entry(at: place, memory)
      }
      // The pages of a table that was just filled have no larger ones or groups among them.
      let goesOn = level - 1 > target || wasTable && root.shape.groupBits(ofLevel: level - 1) > 0
      guard goesOn else { continue }
      try splitRange(
        Format.self, Format.address(entry), level: level - 1,
        range.clamped(to: place.start..<place.start &+ bytes), to: target, &session, &memory)
    }
  }
}

extension HostTables {
  /// Splits all pages of a range that are larger than `pageBytes` into pages of that size.
  ///
  /// On Arm every page is broken before it is made anew.
  @discardableResult
  public mutating func splitAll(
    _ address: GuestPhysical, bytes: UInt64, to pageBytes: UInt64,
    live options: LiveOptions = LiveOptions(), in memory: inout PhysicalMemory
  ) throws(TableError) -> LiveEdit {
    let range = try stage.root.checked(address.value, bytes: bytes)
    return try perform(.splitRange(range, pageBytes: pageBytes), options, &memory)
  }

  /// Visits the pages of a range in the order of their addresses; addresses without one cost nothing.
  public func visitPages(
    _ address: GuestPhysical, bytes: UInt64, in memory: borrowing PhysicalMemory,
    _ body: (GuestPhysical, _ pageBytes: UInt64, HostAttributes) -> Void
  ) throws(TableError) {
    let range = try stage.root.checked(address.value, bytes: bytes)
    switch root.format.encoding {
    case .ept: try visit(EPTFormat.self, range, memory, body)
    case .x86: try visit(X86Format.self, range, memory, body)
    case .riscv: try visit(RISCVFormat.self, range, memory, body)
    case .armStage2Granule4K: try visit(ArmStage2Format<ArmGranule4K>.self, range, memory, body)
    case .armStage2Granule16K: try visit(ArmStage2Format<ArmGranule16K>.self, range, memory, body)
    case .armStage2Granule64K: try visit(ArmStage2Format<ArmGranule64K>.self, range, memory, body)
    case .armStage1Granule4K, .armStage1Granule16K, .armStage1Granule64K:
      preconditionFailure("a hypervisor's tables are none of stage 1")
    }
  }

  private func visit<Format: LiveFormat>(
    _: Format.Type, _ range: Range<UInt64>, _ memory: borrowing PhysicalMemory,
    _ body: (GuestPhysical, UInt64, HostAttributes) -> Void
  ) throws(TableError) {
    try stage.visitLive(
      Format.self, stage.root.address, level: root.shape.levels - 1, range, memory
    ) { place, entry in
      guard !Format.isTable(entry, level: place.level) else { return }
      body(
        GuestPhysical(place.start), 1 << Format.shift(place.level),
        HostAttributes(Format.attributes(of: entry, level: place.level)))
    }
  }
}
