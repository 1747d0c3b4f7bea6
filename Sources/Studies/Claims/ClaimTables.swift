import Paging

/// Tables that were built for a figure, and counted.
struct ClaimTables {
  /// How many pages are mapped.
  var pages = 0
  /// How many tables there are, the root among them.
  var count = 1

  /// The bytes of the tables, of 4 KiB each.
  var bytes: Double { Double(count) * 4096 }

  /// A hypervisor's tables of one range.
  static func host(
    _ format: HostFormat, bytes: UInt64, pageBytes: UInt64
  ) throws(ClaimError) -> Self {
    var built = Self()
    do {
      let room = Self.room(bytes, pageBytes)
      var memory = try PhysicalMemory(bytes: Int(room))
      var tables = try HostTables(format, at: HostPhysical(0), bytes: room, in: &memory)
      let summary = try tables.map(
        GuestPhysical(0), bytes: bytes, to: HostPhysical(1 << 38), .readWriteExecute,
        pageBytes: pageBytes, in: &memory)
      built.pages = summary.pages
      built.count += summary.tablesAdded
    } catch {
      throw claimError(error)
    }
    return built
  }

  /// A guest's or a process's tables of some ranges, each of pages of its own size.
  static func guest(
    _ format: GuestFormat, _ ranges: [(start: UInt64, bytes: UInt64, pageBytes: UInt64)]
  ) throws(ClaimError) -> Self {
    var built = Self()
    do {
      // A small range may need a table for itself at each level.
      let room = ranges.reduce(UInt64(1 << 20)) { $0 + Self.room($1.bytes, $1.pageBytes) }
      var memory = try PhysicalMemory(bytes: Int(room))
      var tables = try GuestTables(
        format, at: GuestPhysical(0), bytes: room, placed: .identity, in: &memory)
      for range in ranges {
        let summary = try tables.map(
          GuestVirtual(range.start), bytes: range.bytes, to: GuestPhysical(1 << 40 + range.start),
          .readWrite, pageBytes: range.pageBytes, in: &memory)
        built.pages += summary.pages
        built.count += summary.tablesAdded
      }
    } catch {
      throw claimError(error)
    }
    return built
  }

  /// The bytes that tables of a range may take.
  private static func room(_ bytes: UInt64, _ pageBytes: UInt64) -> UInt64 {
    (bytes / pageBytes / 512 + bytes >> 30 + 64) * 4096
  }

  private static func claimError(_ error: any Error) -> ClaimError {
    switch error {
    case let error as TableError: .tables(error)
    case let error as MemoryError: .memory(error)
    default: .unexpected("\(error)")
    }
  }
}
