/// A pool of huge pages of one size, of the host or of one of its nodes.
public struct HugePagePool: Sendable, Hashable {
  /// The size of its pages.
  public let pageBytes: UInt64
  /// How many pages there are.
  public let pages: UInt64
  /// How many are free.
  public let free: UInt64?
  /// How many of the free ones are promised.
  public let reserved: UInt64?
  /// How many of them the kernel took beyond the pool's size.
  public let surplus: UInt64?

  /// A pool.
  public init(
    pageBytes: UInt64, pages: UInt64, free: UInt64? = nil, reserved: UInt64? = nil,
    surplus: UInt64? = nil
  ) {
    self.pageBytes = pageBytes
    self.pages = pages
    self.free = free
    self.reserved = reserved
    self.surplus = surplus
  }

  /// The pools in a folder of `hugepages-…kB`, from the smallest page; what can't be read is added to
  /// `remarks`.
  static func all(
    _ files: HostFiles, folder: String, _ remarks: inout [ImportProblem]
  ) -> [Self] {
    var pools: [Self] = []
    for name in files.names(in: folder) where name.hasPrefix("hugepages-") {
      let path = "\(folder)/\(name)"
      guard name.hasSuffix("kB"),
        let kibibytes = UInt64(name.dropFirst("hugepages-".count).dropLast(2)),
        kibibytes.nonzeroBitCount == 1, 4...(1 << 30) ~= kibibytes
      else {
        remarks.append(
          ImportProblem(
            "the folder names no size of pages and is left out; it must be such as hugepages-2048kB",
            in: files.name(of: path)))
        continue
      }
      guard let pages = files.number("\(path)/nr_hugepages", &remarks) else { continue }
      pools.append(
        Self(
          pageBytes: kibibytes << 10, pages: pages,
          free: files.number("\(path)/free_hugepages", &remarks),
          reserved: files.number("\(path)/resv_hugepages", &remarks),
          surplus: files.number("\(path)/surplus_hugepages", &remarks)))
    }
    return pools.sorted { $0.pageBytes < $1.pageBytes }
  }
}
