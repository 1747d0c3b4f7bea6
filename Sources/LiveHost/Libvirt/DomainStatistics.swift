/// The statistics of a domain by their names, of `virDomainMemoryStats` and of the bulk statistics.
struct DomainStatistics: Sendable, Hashable {
  private var numbers: [String: UInt64] = [:]

  /// Takes over the fields of one domain; a field that is no number is left out.
  mutating func add(_ fields: some Sequence<LibvirtField>) {
    for field in fields {
      if let number = UInt64(field.text) { numbers[Self.name(field.name)] = number }
    }
  }

  /// The name that both interfaces' names of a statistic come to.
  private static func name(_ name: String) -> String {
    switch name {
    case "actual": "balloon.current"
    case "last_update", "balloon.last-update": "balloon.last_update"
    case "swap_in", "swap_out", "major_fault", "minor_fault", "unused", "available", "usable",
      "rss",
      "disk_caches", "hugetlb_pgalloc", "hugetlb_pgfail":
      "balloon.\(name)"
    default: name
    }
  }

  /// A number by its name in the bulk statistics, `last_update` with its underscore.
  subscript(name: String) -> UInt64? { numbers[name] }

  /// A statistic that counts KiB, in bytes.
  func bytes(_ name: String) -> UInt64? {
    guard let number = numbers[name], number < 1 << 46 else { return nil }
    return number << 10
  }

  /// Whether nothing is known.
  var isEmpty: Bool { numbers.isEmpty }
}
