import Costs
import Paging

/// The figures on the memory of page tables: the tables are built and counted.
extension Claims {
  static let tableRows: [Row] = [
    (
      "F50", "Tables of a process of 10 GB",
      { (claims) throws(ClaimError) in try claims.process() }
    ),
    (
      "F51", "Tables of 100 processes of 1 GB",
      { (claims) throws(ClaimError) in try claims.processes() }
    ),
    ("F52", "Tables of 8 VMs of 8 GB", { (claims) throws(ClaimError) in try claims.machines() }),
    ("F53", "Tables of 100 GB", { (claims) throws(ClaimError) in try claims.pageSizes() }),
    (
      "F54", "Tables of 64 GB of which 1 GB is used",
      { (claims) throws(ClaimError) in try claims.sparse() }
    ),
    (
      "F55", "Tables of 3 processes of 48 GB",
      { (claims) throws(ClaimError) in try claims.database() }
    ),
    (
      "F57", "The database that is killed with 17 GB available",
      { (claims) throws(ClaimError) in try claims.puzzle() }
    ),
    (
      "F59", "What 16 VMs of 8 GB need", { (claims) throws(ClaimError) in try claims.density() }
    ),
    ("F60", "What 2 MiB pages change", { (claims) throws(ClaimError) in try claims.reach() }),
  ]

  private static let mebibyte = Double(1 << 20)
  private static let gibibyte: UInt64 = 1 << 30
  /// The texts round to whole megabytes.
  private static let rounding = 0.02

  private static func dense(
    _ bytes: UInt64, pageBytes: UInt64 = 4096
  ) throws(ClaimError) -> ClaimTables {
    try ClaimTables.guest(.x86Level4, [(0, bytes, pageBytes)])
  }

  private func process() throws(ClaimError) -> Found {
    let all = try Self.dense(10 * Self.gibibyte)
    let upper = try Self.dense(10 * Self.gibibyte, pageBytes: 2 << 20)
    let top = try Self.dense(10 * Self.gibibyte, pageBytes: Self.gibibyte)
    return (
      [
        .model("PTs", .count, 5120, Double(all.count - upper.count)),
        .model("PDs", .count, 10, Double(upper.count - top.count)),
        .model("PDPTs and the PML4", .count, 2, Double(top.count)),
        .model("bytes", .bytes, 20 * Self.mebibyte, all.bytes, within: Self.rounding),
      ], "Built with pages of 4 KiB, 2 MiB and 1 GiB: the differences are the levels."
    )
  }

  private func processes() throws(ClaimError) -> Found {
    let one = try Self.dense(Self.gibibyte)
    return (
      [
        .model(
          "bytes", .bytes, 200 * Self.mebibyte, 100 * one.bytes, within: Self.rounding)
      ], "One process has \(one.count) tables."
    )
  }

  private func machines() throws(ClaimError) -> Found {
    let guest = try Self.dense(8 * Self.gibibyte)
    let host = try ClaimTables.host(.ept4, bytes: 8 * Self.gibibyte, pageBytes: 4096)
    return (
      [
        .model(
          "bytes of the guests' tables", .bytes, 128 * Self.mebibyte, 8 * guest.bytes,
          within: Self.rounding),
        .model(
          "bytes of EPT", .bytes, 128 * Self.mebibyte, 8 * host.bytes, within: Self.rounding),
      ],
      "The process of each VM has a table of its own on the host, of the same size; the texts leave it"
        + " out."
    )
  }

  private func pageSizes() throws(ClaimError) -> Found {
    let small = try Self.dense(100 * Self.gibibyte)
    let large = try Self.dense(100 * Self.gibibyte, pageBytes: 2 << 20)
    return (
      [
        .model(
          "bytes with 4 KiB pages", .bytes, 200 * Self.mebibyte, small.bytes,
          within: Self.rounding),
        .model(
          "bytes with 2 MiB pages", .bytes, 400 * 1024, large.bytes, within: Self.rounding),
      ], "The levels above the leaves are in both."
    )
  }

  private func sparse() throws(ClaimError) -> Found {
    let eager = try Self.dense(64 * Self.gibibyte)
    // 10,000 allocations share 1 GiB: 26 whole pages each. They lie evenly in 10 regions of 1 GiB.
    let pieces = (0..<10_000).map { number -> (UInt64, UInt64, UInt64) in
      let (region, place) = (UInt64(number / 1000), UInt64(number % 1000))
      let start = region * 6 * Self.gibibyte + place * Self.gibibyte / 1000
      return (start & ~4095, 26 * 4096, 4096)
    }
    let lazy = try ClaimTables.guest(.x86Level4, pieces)
    let even = (0..<10_000).map { number -> (UInt64, UInt64, UInt64) in
      ((UInt64(number) * 64 * Self.gibibyte / 10_000) & ~4095, 26 * 4096, 4096)
    }
    let scattered = try ClaimTables.guest(.x86Level4, even)
    let other = (scattered.bytes / Self.mebibyte).rounded()
    return (
      [
        .model("bytes eagerly", .bytes, 128 * Self.mebibyte, eager.bytes, within: Self.rounding),
        .model("bytes lazily", .bytes, 20 * Self.mebibyte, lazy.bytes, within: Self.rounding),
      ],
      "10,000 allocations of 26 pages, evenly in 10 regions of 1 GiB. Evenly over all 64 GiB they would"
        + " need \(Int(other)) MiB."
    )
  }

  private func database() throws(ClaimError) -> Found {
    let (dense, sparse) = (16 * Self.gibibyte, 32 * Self.gibibyte)
    let small = try Self.dense(dense + sparse)
    let mixed = try ClaimTables.guest(.x86Level4, [(0, dense, 2 << 20), (dense, sparse, 4096)])
    let large = try Self.dense(dense + sparse, pageBytes: 2 << 20)
    return (
      [
        .model(
          "bytes with 4 KiB pages", .bytes, 288 * Self.mebibyte, 3 * small.bytes,
          within: Self.rounding),
        .model(
          "bytes with the dense part in 2 MiB pages", .bytes, 216 * Self.mebibyte,
          3 * mixed.bytes, within: Self.rounding),
        .model(
          "bytes all in 2 MiB pages", .bytes, 576 * 1024, 3 * large.bytes, within: 0.05),
      ],
      "Of each 48 GB 16 are dense and 32 sparse, as the text begins; its 216 MB takes 36 GB for the"
        + " sparse part. The two levels on top are 4 % of the last figure."
    )
  }

  private func puzzle() throws(ClaimError) -> Found {
    // 48 GB in 45,000 areas, each as long as any other and around an end of 1 GiB that no other is near:
    // each needs two tables of the lowest level and two of the next.
    let areas: UInt64 = 45_000
    let pages = 48 * Self.gibibyte / 4096 / areas
    let scattered = (0..<areas).map { number -> (UInt64, UInt64, UInt64) in
      let end: UInt64 = (2 * number + 1) << 30
      return (end - pages / 2 * 4096, pages * 4096, 4096)
    }
    let most = try ClaimTables.guest(.x86Level4, scattered)
    let huge = try Self.dense(48 * Self.gibibyte, pageBytes: 2 << 20)
    let gigabytes = { (bytes: Double) in bytes / Double(Self.gibibyte) }
    let tables = gigabytes(3 * most.bytes)
    // What is not data, tables or the kernel's is free or the page cache's.
    let stated: Double = 64 - 48 - 8 - 2
    let found = 64 - 48 - tables - 2
    return (
      [
        .model(
          "bytes of tables", .bytes, 8.1 * Double(Self.gibibyte), 3 * most.bytes,
          within: Self.rounding),
        .model(
          "bytes of tables in 2 MiB pages", .bytes, 512 * Self.mebibyte, 3 * huge.bytes,
          within: Self.rounding),
        .model(
          "bytes available by the row's own sums", .bytes, 17 * Double(Self.gibibyte),
          stated * Double(Self.gibibyte), within: Self.rounding),
        .model(
          "requests of 10 GB that are refused, of one", .count, 1, found < 10 ? 1 : 0),
      ],
      "3 processes of 48 GB, each in 45,000 areas that lie as far apart as they can: \(most.count) tables"
        + " each. The row's own 48 GB of data, 8 of tables and 2 of the kernel leave 6 of 64"
        + " and not 17; with the tables found here \(Int(found.rounded())) are left. MemAvailable, being"
        + " free and cached pages, has no tables in it that could be taken off once more. These are sums:"
        + " no reclaim is played."
    )
  }

  private func density() throws(ClaimError) -> Found {
    let guest = try Self.dense(8 * Self.gibibyte)
    let host = try ClaimTables.host(.ept4, bytes: 8 * Self.gibibyte, pageBytes: 4096)
    let memory = Double(16 * 8 * Self.gibibyte)
    let tables = 16 * (guest.bytes + host.bytes)
    // The process's own table is one of x86-64 of the same size; struct page is 64 bytes a frame.
    let frames = memory / 4096 * 64
    let need = memory + tables + 16 * guest.bytes + frames
    return (
      [
        .model("bytes of both tables", .bytes, 512 * Self.mebibyte, tables, within: Self.rounding),
        .model("times the guests' memory", .ratio, 1.004, need / memory, within: 0.001),
      ],
      "The second figure counts the table of each VM's process on the host and the host's 64 bytes for"
        + " each frame too; the processes themselves come on top."
    )
  }

  private func reach() throws(ClaimError) -> Found {
    let (small, large) = (UInt64(4096), UInt64(2 << 20))
    let shape = GuestFormat.x86Level4.shape
    guard let smallLevel = shape.level(ofPageBytes: small),
      let largeLevel = shape.level(ofPageBytes: large)
    else { throw .unexpected("a page size is missing") }
    return (
      [
        .model("times as much for an entry of a TLB", .ratio, 512, Double(large / small)),
        .model("levels less to walk", .count, 1, Double(largeLevel - smallLevel)),
      ],
      "At both stages of a nested walk it is 15 reads for 24."
    )
  }
}
