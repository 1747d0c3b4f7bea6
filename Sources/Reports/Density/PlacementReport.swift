internal import Console
internal import Records
package import Studies

/// Where a list of machines was placed on hosts that need not be alike.
package struct PlacementReport: Sendable {
  /// What the inventory is called.
  package let name: String
  /// The placement.
  package let placement: RackPlacement

  /// The report of a placement.
  package init(_ name: String, _ placement: RackPlacement) {
    self.name = name
    self.placement = placement
  }

  /// The answer in a few sentences.
  package var answer: String {
    let unplaced = placement.unplaced.reduce(0, +)
    let wanted = placement.placed + unplaced
    let hosts = DensityReport.count(UInt64(placement.hosts.count), "host")
    var sentence =
      unplaced == 0
      ? "\(name): all \(StormReport.grouped(wanted)) machines have a place on \(hosts) of"
        + " \(StormReport.grouped(UInt64(placement.hostCount)))"
      : "\(name): \(StormReport.grouped(placement.placed)) of \(StormReport.grouped(wanted)) machines"
        + " have a place, on \(hosts) of \(StormReport.grouped(UInt64(placement.hostCount)))"
    sentence +=
      placement.hosts.count <= placement.bound
      ? ", and no fewer would do."
      : "; the bound is \(StormReport.grouped(UInt64(placement.bound)))."
    if unplaced > 0 {
      sentence +=
        placement.mostPlaced <= placement.placed
        ? " No placement holds more."
        : " No placement holds more than \(StormReport.grouped(placement.mostPlaced))."
      let kinds = zip(placement.flavours, placement.unplaced).filter { $0.1 > 0 }.prefix(10)
      sentence +=
        " Without a place: "
        + kinds.map { "\(StormReport.grouped($0.1)) of “\($0.0.name)”" }.joined(separator: ", ")
        + "."
    }
    let causes = PlacementOutcome.Cause.allCases.compactMap { cause -> String? in
      let bytes = placement.stranded[cause] ?? 0
      return bytes == 0 ? nil : "\(StormReport.bytes(bytes)) \(cause.phrase)"
    }
    if !causes.isEmpty { sentence += " Left over: \(causes.joined(separator: ", "))." }
    return sentence
  }

  /// The answer as text.
  package var text: String {
    var lines = DensityText.wrap(answer, width: TextLayout.width)
    lines += ["", row("host", "machines", "free", "of which")]
    for host in placement.hosts.prefix(40) {
      let kinds = zip(placement.flavours, host.counts).filter { $0.1 > 0 }
      let shown = kinds.prefix(3).map { "\(StormReport.grouped($0.1)) \($0.0.name)" }
        .joined(separator: ", ")
      lines.append(
        row(
          host.name, StormReport.grouped(host.counts.reduce(0, +)),
          StormReport.bytes(host.freeBytes), shown + (kinds.count > 3 ? ", …" : "")))
    }
    if placement.hosts.count > 40 {
      lines.append(
        "  … and \(placement.hosts.count - 40) more hosts, all of which --json and --csv have")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ name: String, _ count: String, _ free: String, _ kinds: String) -> String {
    func cut(_ text: String, _ width: Int) -> String {
      text.count > width ? text.prefix(width - 1) + "…" : text
    }
    return TextLayout.column("  " + cut(name, 24), 28) + TextLayout.right(count, 10)
      + TextLayout.right(free, 11) + "  " + cut(kinds, TextLayout.width - 51)
  }

  /// The answer as JSON: sizes in bytes.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginOutcome(of: "density-placement", name)
    writer.member("placed", placement.placed)
    writer.member("mostPlaced", placement.mostPlaced)
    writer.member("hostsNeeded", placement.hosts.count)
    writer.member("bound", placement.bound)
    writer.member("hostsThereAre", placement.hostCount)
    writer.key("stranded")
    writer.beginObject()
    for cause in PlacementOutcome.Cause.allCases {
      writer.member(cause.rawValue, placement.stranded[cause] ?? 0)
    }
    writer.endObject()
    writer.key("kinds")
    writer.beginArray()
    for (flavour, unplaced) in zip(placement.flavours, placement.unplaced) {
      writer.beginObject()
      writer.member("name", flavour.name)
      writer.member("wanted", UInt64(flavour.placed ?? 0))
      writer.member("unplaced", unplaced)
      writer.endObject()
    }
    writer.endArray()
    writer.key("hosts")
    writer.beginArray()
    for host in placement.hosts {
      writer.beginObject()
      writer.member("name", host.name)
      writer.member("free", host.freeBytes)
      writer.key("machines")
      writer.beginArray()
      for count in host.counts { writer.value(count) }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// The answer as CSV, a line for each kind of machine on each host.
  package var csv: String {
    var text = "host,kind,machines,free_bytes\n"
    for host in placement.hosts {
      for (flavour, count) in zip(placement.flavours, host.counts) where count > 0 {
        let cells = [host.name, flavour.name, "\(count)", "\(host.freeBytes)"]
        text += cells.map(DensityReport.cell).joined(separator: ",") + "\n"
      }
    }
    return text
  }
}
