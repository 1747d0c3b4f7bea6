import Costs
import Paging

extension NestedMachine {
  static func memory(_ layout: NestedLayout) throws(NestedError) -> PhysicalMemory {
    do {
      var memory = try PhysicalMemory(bytes: NestedLayout.lowBytes)
      try memory.addRegion(
        at: HostPhysical(NestedLayout.largeBase),
        bytes: Int(2 * layout.dataPages * layout.pageBytes))
      return memory
    } catch {
      throw .memory(error)
    }
  }

  static func outerTables(
    _ layout: NestedLayout, _ range: Range<UInt64>, _ memory: inout PhysicalMemory
  ) throws(NestedError) -> HostTables {
    do {
      return try HostTables(
        layout.levels == 4 ? .ept4 : .ept5, at: HostPhysical(range.lowerBound),
        bytes: range.upperBound - range.lowerBound, in: &memory)
    } catch {
      throw .tables(error)
    }
  }

  static func innerTables(
    _ layout: NestedLayout, _ range: Range<UInt64>, _ below: HostRoot,
    _ memory: inout PhysicalMemory
  ) throws(NestedError) -> GuestTables {
    do {
      return try GuestTables(
        layout.levels == 4 ? .x86Level4 : .x86Level5, at: GuestPhysical(range.lowerBound),
        bytes: range.upperBound - range.lowerBound, placed: .through(below), in: &memory)
    } catch {
      throw .tables(error)
    }
  }

  static func guestRoot(
    _ layout: NestedLayout, at address: UInt64
  ) throws(NestedError) -> GuestRoot {
    do {
      return try GuestRoot(
        layout.levels == 4 ? .x86Level4 : .x86Level5, at: GuestPhysical(address),
        placed: .identity)
    } catch {
      throw .tables(error)
    }
  }

  static func processor(
    _ guest: GuestRoot, _ host: HostRoot
  ) throws(NestedError) -> X86Processor {
    do {
      return try X86Processor(X86Registers(guest: guest, host: host))
    } catch {
      throw .registers(error)
    }
  }

  /// L0 has backed all of L1's memory before L2 is there: its small pages one by one, so that each can
  /// be protected, and its pages of data whole.
  static func back(
    _ tables: inout HostTables, _ layout: NestedLayout, _ memory: inout PhysicalMemory
  ) throws(NestedError) {
    do {
      let small = NestedLayout.smallBytes
      for page in stride(from: 0, to: small, by: 4096) {
        try tables.map(
          GuestPhysical(page), bytes: 4096,
          to: HostPhysical(NestedLayout.smallBase + small - 4096 - page), .readWriteExecute,
          in: &memory)
      }
      let large = layout.dataPages * layout.pageBytes
      for page in stride(from: 0, to: large, by: Int(layout.pageBytes)) {
        try tables.map(
          GuestPhysical(NestedLayout.dataBacking + page), bytes: layout.pageBytes,
          to: HostPhysical(NestedLayout.largeBase + large - layout.pageBytes - page),
          .readWriteExecute, pageBytes: layout.pageBytes, in: &memory)
      }
    } catch {
      throw .tables(error)
    }
  }

  /// L1's kernel sees all of its memory.
  static func mapDirectly(
    _ tables: inout GuestTables, _ layout: NestedLayout, _ memory: inout PhysicalMemory
  ) throws(NestedError) {
    do {
      try tables.map(
        GuestVirtual(layout.direct), bytes: NestedLayout.smallBytes, to: GuestPhysical(0),
        .readWrite, in: &memory)
      try tables.map(
        GuestVirtual(layout.direct + NestedLayout.dataBacking),
        bytes: layout.dataPages * layout.pageBytes, to: GuestPhysical(NestedLayout.dataBacking),
        .readWrite, in: &memory)
    } catch {
      throw .tables(error)
    }
  }

  /// Loads L2's kernel, lets it run until it is warm, and puts as many entries before the target as
  /// were asked for.
  mutating func boot(populated: Int) throws(NestedError) {
    let pages = stride(from: 0, to: NestedLayout.kernelBytes, by: 4096)
    for page in pages { innerBacking[page] = NestedLayout.kernelBacking + page }
    for page in pages {
      for store in try stores(
        .guest2, to: page, at: layout.direct + page, leafLevel: 0, isUser: false)
      {
        write(store.word, at: store.place, of: .guest2)
      }
    }
    if scheme == .extended {
      // A loader has written the kernel's tables, and so touched them, whatever else is warm.
      let present = options.isKernelWarm ? NestedLayout.kernelBytes : UInt64(layout.levels) * 4096
      for page in stride(from: 0, to: present, by: 4096) {
        let backing = NestedLayout.kernelBacking + page
        for store in try stores(.extended12, to: backing, at: page, leafLevel: 0) {
          write(store.word, at: store.place, of: .extended12)
        }
      }
    }
    try follow(root(of: scheme.followed), FollowedTables.Role(level: layout.levels - 1, base: 0))
    for page in pages where options.isKernelWarm || page < UInt64(layout.levels) * 4096 {
      _ = try access(GuestVirtual(layout.direct + page), .read)
    }
    if populated > 0 {
      let isWhole = populated == max(layout.entries, layout.guestEntries)
      let neighbour = isWhole ? layout.target : layout.neighbour(sharing: populated)
      _ = try access(GuestVirtual(neighbour), Access(.write, .user))
    }
    steps = []
    ledger = Ledger()
  }

  func root(of table: NestedTable) -> UInt64 {
    table == .guest2 ? guest2Root : extended12Root
  }
}
