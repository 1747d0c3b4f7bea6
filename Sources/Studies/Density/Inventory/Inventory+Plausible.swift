extension Inventory {
  /// What no host or machine can be, each as a sentence: the sums that an answer is made of stay whole numbers
  /// of 64 bits only where there is none.
  public var implausible: [String] {
    var problems: [String] = []
    let most: UInt64 = 1 << 56
    func check(_ subject: String, _ name: String, _ bytes: UInt64?, atMost limit: UInt64) {
      guard let bytes, bytes > limit else { return }
      problems.append(
        "“\(subject)” has a “\(name)” of \(bytes) bytes; it must be at most \(Self.size(limit)).")
    }
    for host in hosts {
      check(host.name, "memory", host.memoryBytes.value, atMost: most)
      check(host.name, "available", host.availableBytes?.value, atMost: most)
      check(host.name, "reserved", host.reservedBytes?.value, atMost: most)
      check(host.name, "swap", host.swapBytes?.value, atMost: most)
      check(host.name, "watermarks.high", host.watermarks?.highBytes?.value, atMost: most)
      for node in host.nodes { check(host.name, "nodes", node.memoryBytes?.value, atMost: most) }
      if host.nodes.count > 1024 {
        problems.append("“\(host.name)” has \(host.nodes.count) nodes; it must have at most 1024.")
      }
      let pooled = host.hugePages.reduce(UInt128(0)) {
        $0 + UInt128($1.pageBytes) * UInt128($1.total.value)
      }
      // A pool may be told twice: of the host, and of its nodes.
      if pooled > 2 * UInt128(most) {
        problems.append("“\(host.name)” has “hugePages” of more than \(Self.size(most)) together.")
      }
    }
    problems += contradictory
    var promised: UInt128 = 0
    for machine in machines {
      let largest: UInt64 = 1 << 46
      check(machine.name, "memory", machine.memoryBytes.value, atMost: largest)
      check(machine.name, "resident", machine.residentBytes?.value, atMost: largest)
      check(machine.name, "workingSet", machine.workingSetBytes?.value, atMost: largest)
      check(machine.name, "diskCache", machine.diskCacheBytes?.value, atMost: largest)
      check(machine.name, "charged", machine.chargedBytes?.value, atMost: largest)
      check(machine.name, "video", machine.devices.videoBytes?.value, atMost: largest)
      if let page = machine.backingPageBytes?.value,
        page.nonzeroBitCount != 1 || !(4096...1 << 34 ~= page)
      {
        problems.append(
          "“\(machine.name)” has a “backing” of \(page) bytes; it must be the size of a page.")
      }
      promised +=
        UInt128(machine.memoryBytes.value) + UInt128(machine.devices.videoBytes?.value ?? 0)
    }
    if promised > 1 << 60 {
      problems.append("All machines have more than \(Self.size(1 << 60)) together.")
    }
    return problems
  }

  /// What no two figures of a host or machine can be beside each other, each as a sentence.
  ///
  /// A process may hold more than its guest's memory, and never more than its host has. A guest's
  /// memory that is assumed, such as from samples alone, bounds nothing.
  private var contradictory: [String] {
    var problems: [String] = []
    for host in hosts {
      guard let reserved = host.reservedBytes?.value, reserved > host.memoryBytes.value else {
        continue
      }
      problems.append(
        "“\(host.name)” has a “reserved” of \(reserved) bytes; it must be at most its “memory”,"
          + " \(host.memoryBytes.value) bytes.")
    }
    let memory = Dictionary(
      hosts.map { ($0.name, $0.memoryBytes.value) }, uniquingKeysWith: { first, _ in first })
    for machine in machines {
      if let used = machine.workingSetBytes?.value, used > machine.memoryBytes.value,
        machine.memoryBytes.grade != .assumed
      {
        problems.append(
          "“\(machine.name)” has a “workingSet” of \(used) bytes; it must be at most its “memory”,"
            + " \(machine.memoryBytes.value) bytes.")
      }
      let host = machine.host ?? hosts.first?.name
      if let held = machine.residentBytes?.value, let most = host.flatMap({ memory[$0] }),
        held > most
      {
        problems.append(
          "“\(machine.name)” has a “resident” of \(held) bytes; it must be at most the memory of"
            + " its host, \(most) bytes.")
      }
    }
    return problems
  }

  /// A limit as a reader reads it.
  private static func size(_ limit: UInt64) -> String {
    limit >= 1 << 50 ? "\(limit >> 50) PiB" : "\(limit >> 40) TiB"
  }
}
