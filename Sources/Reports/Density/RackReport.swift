internal import Console
internal import Records
package import Studies

/// How many more machines fit on each of several hosts.
package struct RackReport: Sendable {
  /// A host.
  package struct Host: Sendable {
    /// What it is called.
    package let name: String
    /// How many machines run on it.
    package let running: Int
    /// The answer, if there is one.
    package let outcome: DensityOutcome?
    /// Why there is none.
    package let problem: String?
    /// How many fit each on one NUMA node, where nodes are told apart.
    package let nodes: NodeFit?

    /// A host with its answer.
    package init(
      _ name: String, running: Int, _ outcome: DensityOutcome?, problem: String? = nil,
      nodes: NodeFit? = nil
    ) {
      self.nodes = nodes
      self.problem = problem
      self.name = name
      self.running = running
      self.outcome = outcome
    }

    /// How many more machines fit.
    package var more: UInt64 { outcome?.flavours.last?.count ?? 0 }

    /// How many more fit over the ranges of what is not known to the byte.
    package var range: ClosedRange<UInt64> {
      guard let outcome else { return 0...0 }
      let (low, high) = (outcome.range.lowerBound, outcome.range.upperBound)
      let stay = outcome.count - min(more, outcome.count)
      return low - min(stay, low)...max(high - min(stay, high), low - min(stay, low))
    }

    /// How many more fit if each lies on one node.
    package var moreOnNodes: UInt64? { nodes.map { min($0.machines, more) } }

    /// What lets no more in.
    package var binding: String {
      guard let outcome else { return problem ?? "-" }
      let first = outcome.constraints.first {
        $0.stops.contains(outcome.flavours.last?.overhead.flavour.name ?? "")
      }
      return first?.phrase ?? "pressure"
    }

    /// The memory outside pools that is left with those that fit.
    package var freeBytes: UInt64 {
      let memory = outcome?.constraints.first { $0.kind == .memory }
      return memory.map { $0.capacity - min($0.used, $0.capacity) } ?? 0
    }
  }

  /// What the inventory is called.
  package let name: String
  /// What the machines are that are added.
  package let adding: String
  /// The hosts.
  package let hosts: [Host]

  /// The report of several hosts.
  package init(_ name: String, adding: String, _ hosts: [Host]) {
    self.name = name
    self.adding = adding
    self.hosts = hosts
  }

  /// The answer as text, the hosts with the most room first.
  package var text: String {
    let more = hosts.reduce(UInt64(0)) { $0 + $1.more }
    let running = hosts.reduce(0) { $0 + $1.running }
    let full = hosts.count { $0.more == 0 }
    let them = hosts.count == 1 ? "It" : "\(StormReport.grouped(UInt64(full))) of them"
    var lines = DensityText.wrap(
      "\(name): \(StormReport.grouped(more)) more machines of \(adding) fit on"
        + " \(DensityReport.count(UInt64(hosts.count), "host")) beside"
        + " \(DensityReport.count(UInt64(running), "machine")) that \(running == 1 ? "runs" : "run")."
        + (full > 0 ? " \(them) can take none." : ""),
      width: TextLayout.width)
    let low = hosts.reduce(UInt64(0)) { $0 + $1.range.lowerBound }
    let high = hosts.reduce(UInt64(0)) { $0 + $1.range.upperBound }
    if low < high {
      lines += DensityText.wrap(
        "Some parts are assumed, or were measured of one version only: over their ranges the number"
          + " is \(StormReport.grouped(low)) to \(StormReport.grouped(high)).",
        width: TextLayout.width)
    }
    if let nodes = onNodes {
      lines += DensityText.wrap(nodes, width: TextLayout.width)
    }
    lines.append("")
    let heads = ["runs", "more"] + (hasNodes ? ["on a node"] : []) + ["free"]
    lines.append(row("host", heads, "binds first"))
    let sorted = hosts.enumerated().sorted {
      ($1.element.more, $0.offset) < ($0.element.more, $1.offset)
    }.map(\.element)
    for host in sorted.prefix(40) {
      lines.append(
        row(
          host.name,
          [
            StormReport.grouped(UInt64(host.running)), StormReport.grouped(host.more),
          ] + (hasNodes ? [host.moreOnNodes.map(StormReport.grouped) ?? "-"] : []) + [
            host.outcome == nil ? "-" : StormReport.bytes(host.freeBytes)
          ], host.binding))
    }
    if sorted.count > 40 {
      lines.append("  … and \(sorted.count - 40) more hosts, all of which --json and --csv have")
    }
    if hosts.contains(where: { $0.problem == "promised too much" }) {
      lines += [""]
      lines += DensityText.wrap(
        "Where too much is promised, the machines that run may come to need more than there is if"
          + " each touches all its memory; --risk counts what they use.", width: TextLayout.width)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether some host's nodes are told apart.
  private var hasNodes: Bool { hosts.contains { $0.nodes != nil } }

  /// How many fit if each machine lies on one node, and what is left over then; nothing where no host's nodes
  /// are told apart.
  package var onNodes: String? {
    let told = hosts.filter { $0.nodes != nil }
    guard !told.isEmpty else { return nil }
    let fits = told.reduce(UInt64(0)) { $0 + ($1.moreOnNodes ?? 0) }
    var sentence =
      "With each on one NUMA node \(StormReport.grouped(fits)) fit on the"
      + " \(DensityReport.count(UInt64(told.count), "host")) whose nodes are told apart."
    let causes = PlacementOutcome.Cause.allCases.compactMap { cause -> String? in
      let bytes = told.reduce(UInt64(0)) { $0 + ($1.nodes?.stranded[cause] ?? 0) }
      return bytes == 0 ? nil : "\(StormReport.bytes(bytes)) \(cause.phrase)"
    }
    if !causes.isEmpty { sentence += " Left over then: \(causes.joined(separator: ", "))." }
    return sentence
  }

  private func row(_ name: String, _ cells: [String], _ last: String) -> String {
    let width = hasNodes ? 22 : 28
    let shown = name.count > width ? name.prefix(width - 1) + "…" : name
    return TextLayout.column("  " + shown, width + 4)
      + cells.map { TextLayout.right($0, 10) }.joined() + "  \(last)"
  }

  /// The answer as JSON: sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginOutcome(of: "density", name)
    writer.member("adding", adding)
    writer.key("hosts")
    writer.beginArray()
    for host in hosts {
      writer.beginObject()
      writer.member("name", host.name)
      writer.member("running", host.running)
      writer.member("more", host.more)
      writer.member("moreLow", host.range.lowerBound)
      writer.member("moreHigh", host.range.upperBound)
      writer.member("bindsFirst", host.binding)
      writer.member("free", host.freeBytes)
      if let risk = host.outcome?.risk { writer.member("risk", risk) }
      if let nodes = host.nodes {
        writer.member("moreOnNodes", host.moreOnNodes ?? 0)
        writer.key("nodes")
        writer.beginArray()
        for node in nodes.nodes {
          writer.beginObject()
          writer.member("number", node.number)
          writer.member("more", node.machines)
          writer.endObject()
        }
        writer.endArray()
        writer.key("stranded")
        writer.beginObject()
        for cause in PlacementOutcome.Cause.allCases {
          writer.member(cause.rawValue, nodes.stranded[cause] ?? 0)
        }
        writer.endObject()
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// The answer as CSV, a line for each host.
  package var csv: String {
    "host,running,more,binds_first,free_bytes\n"
      + hosts.map { host in
        let cells = [
          host.name, "\(host.running)", "\(host.more)", host.binding, "\(host.freeBytes)",
        ]
        return cells.map(DensityReport.cell).joined(separator: ",") + "\n"
      }.joined()
  }
}
