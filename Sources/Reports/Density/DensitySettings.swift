internal import Console
internal import Studies

/// The settings that let a host hold what was worked out.
package enum DensitySettings {
  /// The settings, each under the system that it is for.
  package static func lines(_ report: DensityReport) -> [String] {
    kubeVirt(report) + [""] + nova(report) + hugePages(report) + [""] + libvirt(report)
      + firecracker(report)
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
    let added = report.outcome.flavours.reduce(UInt64(0)) {
      $0 + $1.count * $1.overhead.added(atWorst: true)
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
    let promised = report.outcome.flavours.reduce(UInt64(0)) {
      $0 + ($1.overhead.flavour.usesPool ? 0 : $1.count * $1.overhead.flavour.memoryBytes)
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
    return lines
  }

  /// The pages of each pool that the machines that fit need, by node.
  static func pages(
    _ report: DensityReport
  ) -> [(pageBytes: UInt64, node: Int, pages: UInt64)] {
    var rows: [(pageBytes: UInt64, node: Int, pages: UInt64)] = []
    let pooled = report.outcome.flavours.filter { $0.overhead.flavour.usesPool && $0.count > 0 }
    for size in Set(pooled.map(\.overhead.flavour.backingBytes)).sorted() {
      let nodes = max(report.density.host.nodes, 1)
      for node in 0..<nodes {
        let pages = pooled.filter { $0.overhead.flavour.backingBytes == size }
          .reduce(UInt64(0)) { sum, flavour in
            let each = (flavour.overhead.flavour.memoryBytes + size - 1) / size
            // Where machines lie on any node, each node has its part of the pages.
            guard flavour.onNodes.count == nodes else {
              let all = flavour.count * each
              return sum + (all + UInt64(nodes - 1)) / UInt64(nodes)
            }
            return sum + flavour.onNodes[node] * each
          }
        rows.append((size, node, pages))
      }
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
          "  \"mem_size_mib\": \(flavour.memoryBytes >> 20), \"huge_pages\": \"\(pages)\"}"
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
