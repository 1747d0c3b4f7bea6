/// The statistics of a domain by their names, of `virDomainMemoryStats` and of the bulk statistics.
struct DomainStatistics: Sendable, Hashable {
  private var numbers: [String: UInt64] = [:]
  /// Of those that are used, what is there and no number that can be: each as a sentence.
  private(set) var unusable: [String] = []

  /// Takes over the fields of one domain; a field that is no number is left out.
  mutating func add(_ fields: some Sequence<LibvirtField>) {
    for field in fields {
      let name = Self.name(field.name)
      let number = UInt64(field.text)
      if let number { numbers[name] = number }
      guard let most = Self.most[name], number.map({ $0 > most }) ?? true else { continue }
      numbers[name] = nil
      unusable.append(
        "its statistic “\(field.name)” is “\(field.text.prefix(60))”, which is left out; it must be a"
          + " whole number of at most \(most)")
    }
  }

  /// The statistics that are used, with the most that each can be.
  private static let most: [String: UInt64] = [
    "balloon.current": 1 << 46, "balloon.rss": 1 << 46, "balloon.available": 1 << 46,
    "balloon.usable": 1 << 46, "balloon.unused": 1 << 46, "balloon.disk_caches": 1 << 46,
    "balloon.major_fault": .max, "balloon.minor_fault": .max, "balloon.last_update": 1 << 40,
    "vcpu.current": 1_000_000, "dirtyrate.calc_status": .max,
    "dirtyrate.megabytes_per_second": 1 << 31,
  ]

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
    guard let number = numbers[name], number <= 1 << 46 else { return nil }
    return number << 10
  }

  /// Whether nothing is known.
  var isEmpty: Bool { numbers.isEmpty }
}
