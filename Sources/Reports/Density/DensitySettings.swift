internal import Console
internal import Studies

/// The settings that let a host hold what was worked out.
package enum DensitySettings {
  /// The settings, each under the system that it is for, after the machines that they are for.
  package static func lines(_ report: DensityReport) -> [String] {
    guard !isEmpty(report) else {
      // Nova refuses a host of no instances, and a host of none needs nothing else either.
      let machines = report.outcome.count > 0 ? "none meets the boot target" : "none fits"
      return ["# Settings: \(machines): nothing to apply"]
    }
    let systems = [
      machines(report), kubeVirt(report), nova(report) + hugePages(report),
      libvirt(report) + firecracker(report),
    ]
    return Array(systems.joined(separator: [""]))
  }

  /// The machines that the settings are for, on each node: those that fit or, where a boot time is asked
  /// for, those of them that are ready in time.
  static func counts(_ report: DensityReport) -> [[UInt64]] {
    let outcome = report.outcome
    guard let boot = outcome.boot, boot.machines < outcome.count else {
      return outcome.flavours.map(\.onNodes)
    }
    return zip(outcome.flavours, boot.counts).map { flavour, wanted in
      // Of those on each node as many less as of all: whoever goes leaves room and takes none.
      var (before, placed) = (UInt64(0), UInt64(0))
      return flavour.onNodes.map { count in
        before += count
        let upTo = wanted * before / max(flavour.count, 1)
        defer { placed = upTo }
        return upTo - placed
      }
    }
  }

  /// How many machines of each kind the settings are for.
  static func totals(_ report: DensityReport) -> [UInt64] {
    counts(report).map { $0.reduce(0, +) }
  }

  /// Whether there is no machine that settings could be for.
  static func isEmpty(_ report: DensityReport) -> Bool {
    totals(report).allSatisfy { $0 == 0 }
  }

  private static func machines(_ report: DensityReport) -> [String] {
    let outcome = report.outcome
    let totals = totals(report)
    let count = totals.reduce(0, +)
    var text = "Settings for \(DensityReport.count(count, "machine"))"
    let kinds = zip(outcome.flavours, totals).filter { $0.1 > 0 }
    if outcome.flavours.count > 1, !kinds.isEmpty {
      let parts = kinds.map { "\(StormReport.grouped($0.1)) \($0.0.overhead.flavour.name)" }
      text += " (\(parts.joined(separator: ", ")))"
    }
    if count < outcome.count {
      text +=
        ", as many as meet the boot target; \(StormReport.grouped(outcome.count)) fit"
    } else if outcome.boot != nil {
      text += ": all that fit, and all meet the boot target"
    } else {
      text += ": all that fit"
    }
    return TextLayout.wrap(text, width: TextLayout.width - 2).map { "# " + $0 }
  }

  private static let mebibyte: UInt64 = 1 << 20

  /// By how much KubeVirt's own overhead must be multiplied so that the worst of each machine fits.
  static func kubeVirtRatio(_ report: DensityReport) -> Double {
    let ratios = report.outcome.flavours.map { flavour in
      Double(flavour.overhead.added(atWorst: true))
        / Double(max(OverheadRule.kubeVirt(flavour.overhead.flavour).bytes, 1))
    }
    return max(1, ratios.max() ?? 1)
  }

  private static func kubeVirt(_ report: DensityReport) -> [String] {
    let hundredths = Int((kubeVirtRatio(report) * 100).rounded(.up))
    return [
      "# KubeVirt: its own overhead is enough where the ratio is 1",
      "spec:", "  configuration:",
      "    additionalGuestMemoryOverheadRatio: \"\(Measure.decimal(Double(hundredths) / 100, 2))\"",
    ]
  }

  /// What Nova must leave alone: the host's own and what all machines take beside their memory.
  static func novaReserved(_ report: DensityReport) -> UInt64 {
    let host = report.density.host
    let added = zip(report.outcome.flavours, totals(report)).reduce(UInt64(0)) {
      $0 + $1.1 * $1.0.overhead.added(atWorst: true)
    }
    let bytes =
      host.reservedBytes + host.frameRecordBytes + host.processBytes + host.processTableBytes
      + added
    return (bytes + mebibyte - 1) / mebibyte
  }

  private static func nova(_ report: DensityReport) -> [String] {
    let host = report.density.host
    var lines = [
      "# nova.conf", "[DEFAULT]", "reserved_host_memory_mb = \(novaReserved(report))",
    ]
    let promised = zip(report.outcome.flavours, totals(report)).reduce(UInt64(0)) {
      let flavour = $1.0.overhead.flavour
      return $0 + (flavour.usesPool ? 0 : $1.1 * flavour.memoryBytes)
    }
    let reserved = novaReserved(report) * mebibyte
    let rest = host.memoryBytes > reserved ? host.memoryBytes - reserved : 1
    let ratio = Double(promised + host.poolBytes) / Double(rest)
    if ratio > 1 {
      let hundredths = (ratio * 100).rounded(.up)
      lines.append("ram_allocation_ratio = \(Measure.decimal(hundredths / 100, 2))")
    }
    if host.processors != nil {
      lines.append("cpu_allocation_ratio = \(Measure.decimal(host.processorRatio, 2))")
    }
    let count = totals(report).reduce(0, +)
    if count < report.outcome.count {
      // Memory would let more in than are ready in time.
      lines += [
        "# needs NumInstancesFilter among enabled_filters", "[filter_scheduler]",
        "max_instances_per_host = \(count)",
      ]
    }
    return lines
  }

  /// The pages of each pool that the machines that fit need, by node.
  static func pages(
    _ report: DensityReport
  ) -> [(pageBytes: UInt64, node: Int, pages: UInt64)] {
    var rows: [(pageBytes: UInt64, node: Int, pages: UInt64)] = []
    let host = report.density.host
    let pooled = zip(report.outcome.flavours, counts(report)).filter {
      $0.0.overhead.flavour.usesPool && $0.0.count > 0
    }
    for size in Set(pooled.map(\.0.overhead.flavour.backingBytes)).sorted() {
      let nodes = max(host.nodes, 1)
      let own = host.pagesOnNodes(of: size)
      var (free, rest) = (own, own.reduce(0, +))
      // Where machines lie on any node, each gives in proportion to what its pool has.
      var anywhere: UInt64 = 0
      var pages = Array(repeating: UInt64(0), count: nodes)
      for (flavour, counts) in pooled where flavour.overhead.flavour.backingBytes == size {
        let each = (flavour.overhead.flavour.memoryBytes + size - 1) / size
        if counts.count == nodes {
          for node in pages.indices { pages[node] += counts[node] * each }
        } else {
          anywhere += counts.reduce(0, +) * each
        }
      }
      for node in pages.indices {
        guard own.count == nodes else {
          pages[node] += (anywhere + UInt64(nodes - 1)) / UInt64(nodes)
          continue
        }
        let share = rest > 0 ? UInt64(UInt128(anywhere) * UInt128(free[node]) / UInt128(rest)) : 0
        rest -= free[node]
        free[node] -= min(share, free[node])
        anywhere -= share
        pages[node] += share
      }
      rows += pages.enumerated().map { (size, $0.offset, $0.element) }
    }
    return rows
  }

  private static func hugePages(_ report: DensityReport) -> [String] {
    let rows = pages(report)
    guard !rows.isEmpty else { return [] }
    return ["", "# huge pages, by size and node"]
      + rows.flatMap { row in
        let path =
          "/sys/devices/system/node/node\(row.node)/hugepages/hugepages-\(row.pageBytes >> 10)kB"
        return ["echo \(row.pages) > \\", "  \(path)/nr_hugepages"]
      }
  }

  private static func libvirt(_ report: DensityReport) -> [String] {
    report.outcome.flavours.filter { $0.overhead.flavour.monitor != .firecracker }
      .flatMap { found -> [String] in
        let flavour = found.overhead.flavour
        var lines = [
          "<!-- libvirt: \(flavour.name) -->",
          "<memory unit='KiB'>\(flavour.memoryBytes >> 10)</memory>",
          "<vcpu>\(flavour.processors)</vcpu>",
        ]
        if flavour.usesPool {
          lines += [
            "<memoryBacking><hugepages>",
            "  <page size='\(flavour.backingBytes >> 10)' unit='KiB'/>",
            "</hugepages></memoryBacking>",
          ]
        } else if flavour.isEager {
          lines.append("<memoryBacking><allocation mode='immediate'/></memoryBacking>")
        }
        switch flavour.returns {
        case .none: break
        case .balloon:
          lines.append("<memballoon model='virtio'><stats period='10'/></memballoon>")
        case .reporting:
          lines.append("<memballoon model='virtio' freePageReporting='on'/>")
        }
        return lines
      }
  }

  private static func firecracker(_ report: DensityReport) -> [String] {
    report.outcome.flavours.filter { $0.overhead.flavour.monitor == .firecracker }
      .flatMap { found -> [String] in
        let flavour = found.overhead.flavour
        let pages = flavour.usesPool && flavour.backingBytes == 2 << 20 ? "2M" : "None"
        var lines = [
          "# Firecracker: \(flavour.name)",
          "{\"machine-config\": {\"vcpu_count\": \(flavour.processors),",
          "  \"mem_size_mib\": \((flavour.memoryBytes + mebibyte - 1) / mebibyte),"
            + " \"huge_pages\": \"\(pages)\"}"
            + (flavour.returns == .balloon ? "," : "}"),
        ]
        if flavour.returns == .balloon {
          lines.append(
            " \"balloon\": {\"amount_mib\": 0, \"deflate_on_oom\": true,"
              + " \"stats_polling_interval_s\": 10}}")
        }
        return lines
      }
  }
}
