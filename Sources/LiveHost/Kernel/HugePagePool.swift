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

  /// The pools in a folder of `hugepages-…kB`, from the smallest page.
  static func all(_ files: HostFiles, folder: String) -> [Self] {
    files.names(in: folder).compactMap { name -> Self? in
      guard name.hasPrefix("hugepages-"), name.hasSuffix("kB"),
        let kibibytes = UInt64(name.dropFirst("hugepages-".count).dropLast(2)),
        kibibytes.nonzeroBitCount == 1, 4...(1 << 30) ~= kibibytes
      else { return nil }
      func number(_ file: String) -> UInt64? {
        files.line("\(folder)/\(name)/\(file)").flatMap { UInt64($0) }
      }
      guard let pages = number("nr_hugepages") else { return nil }
      return Self(
        pageBytes: kibibytes << 10, pages: pages, free: number("free_hugepages"),
        reserved: number("resv_hugepages"), surplus: number("surplus_hugepages"))
    }.sorted { $0.pageBytes < $1.pageBytes }
  }
}
