package import Records
internal import Studies

extension DensityReport {
  /// The answer as JSON: sizes in bytes, shares and probabilities as parts of one.
  package var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.value(self)
    writer.endLine()
    return writer.bytes
  }
}

extension JSONWriter {
  /// Writes how many machines fit.
  package mutating func value(_ report: DensityReport) {
    let outcome = report.outcome
    beginOutcome(of: "density", report.title)
    member("machines", outcome.count)
    member("worth", outcome.worth)
    member("bound", outcome.bound)
    member("isBest", outcome.isBest)
    member("steps", outcome.steps)
    if let across = outcome.acrossNodes { member("machinesAcrossNodes", across) }
    member("machinesInTime", outcome.countInTime)
    assumed(outcome)
    if let boot = outcome.boot { self.boot(boot) }
    if let risk = outcome.risk { member("risk", risk) }
    constraints(outcome)
    nodes(outcome)
    key("hostMemory")
    beginObject()
    member("total", report.density.host.memoryBytes)
    key("shares")
    beginArray()
    for share in report.shares {
      beginObject()
      member("name", share.name)
      member("bytes", share.bytes)
      endObject()
    }
    endArray()
    endObject()
    key("kinds")
    beginArray()
    for flavour in outcome.flavours { kind(flavour, report) }
    endArray()
    settings(report)
    curve(outcome)
    if let placement = outcome.placement { self.placement(placement) }
    endObject()
  }

  private mutating func assumed(_ outcome: DensityOutcome) {
    key("assumed")
    beginObject()
    member("machinesLow", outcome.range.lowerBound)
    member("machinesHigh", outcome.range.upperBound)
    key("movers")
    beginArray()
    for mover in outcome.movers {
      beginObject()
      member("part", mover.kind.rawValue)
      member("bytes", mover.bytes)
      endObject()
    }
    endArray()
    endObject()
    guard let merging = outcome.merging else { return }
    key("merging")
    beginObject()
    member("share", merging.share)
    member("ceiling", merging.ceiling)
    member("machines", merging.machines)
    member("seconds", merging.seconds)
    endObject()
  }

  private mutating func boot(_ boot: DensityOutcome.BootLimit) {
    key("boot")
    beginObject()
    member("machines", boot.machines)
    key("counts")
    beginArray()
    for count in boot.counts { value(count) }
    endArray()
    if let alone = boot.alone { member("machinesAlone", alone) }
    member("low", boot.range.lowerBound)
    member("high", boot.range.upperBound)
    for helped in boot.helped { member(helped.help.rawValue, helped.machines) }
    endObject()
  }

  private mutating func constraints(_ outcome: DensityOutcome) {
    key("constraints")
    beginArray()
    for constraint in outcome.constraints {
      beginObject()
      member("name", constraint.phrase)
      member("used", constraint.used)
      member("capacity", constraint.capacity)
      member("slack", constraint.slack)
      if constraint.alone < .max { member("machinesAlone", constraint.alone) }
      key("stops")
      beginArray()
      for name in constraint.stops { value(name) }
      endArray()
      endObject()
    }
    endArray()
  }

  private mutating func nodes(_ outcome: DensityOutcome) {
    guard !outcome.nodes.isEmpty else { return }
    key("nodes")
    beginArray()
    for node in outcome.nodes {
      beginObject()
      member("machines", node.machines)
      member("used", node.usedBytes)
      member("capacity", node.usableBytes)
      if let processors = node.processors { member("processors", processors) }
      endObject()
    }
    endArray()
  }

  private mutating func kind(_ flavour: DensityOutcome.OfFlavour, _ report: DensityReport) {
    let overhead = flavour.overhead
    let frees = report.density.host.freesHugePageRecords
    let low = MachineOverhead(overhead.flavour, freesHugePageRecords: frees, .low)
    let high = MachineOverhead(overhead.flavour, freesHugePageRecords: frees, .high)
    beginObject()
    member("name", overhead.flavour.name)
    member("count", flavour.count)
    member("memory", overhead.flavour.memoryBytes)
    key("onNodes")
    beginArray()
    for count in flavour.onNodes { value(count) }
    endArray()
    member("addedNow", overhead.added(atWorst: false))
    member("addedAtWorst", overhead.added(atWorst: true))
    key("parts")
    beginArray()
    for part in overhead.parts {
      beginObject()
      member("part", part.kind.rawValue)
      member("now", part.now)
      member("atWorst", part.worst)
      if let least = low[part.kind], let most = high[part.kind], least != most {
        member("nowLow", least.now)
        member("nowHigh", most.now)
        member("atWorstLow", least.worst)
        member("atWorstHigh", most.worst)
      }
      member("chargedTo", part.charge.rawValue)
      member("source", part.source)
      endObject()
    }
    endArray()
    key("backings")
    beginArray()
    for backing in report.backings(flavour) {
      beginObject()
      member("pageSize", backing.pageBytes)
      member("eager", backing.isEager)
      member("guestNow", backing.overhead[.guestMemory]?.now ?? 0)
      member("addedNow", backing.overhead.added(atWorst: false))
      member("addedAtWorst", backing.overhead.added(atWorst: true))
      endObject()
    }
    endArray()
    key("rules")
    beginArray()
    for rule in flavour.rules { self.rule(rule, overhead) }
    endArray()
    endObject()
  }

  private mutating func rule(_ rule: OverheadRule, _ overhead: MachineOverhead) {
    beginObject()
    member("name", rule.name)
    member("source", rule.source)
    member("bytes", rule.bytes)
    key("parts")
    beginArray()
    for difference in rule.differences(from: overhead) {
      beginObject()
      member("name", difference.name)
      member("rule", difference.rule)
      member("model", difference.model)
      endObject()
    }
    endArray()
    endObject()
  }

  private mutating func settings(_ report: DensityReport) {
    key("settings")
    beginObject()
    key("machines")
    beginArray()
    for count in DensitySettings.totals(report) { value(count) }
    endArray()
    guard !DensitySettings.isEmpty(report) else {
      endObject()
      return
    }
    member("kubeVirtOverheadRatio", DensitySettings.kubeVirtRatio(report))
    member("novaReservedHostMemoryMB", DensitySettings.novaReserved(report))
    key("hugePages")
    beginArray()
    for row in DensitySettings.pages(report) {
      beginObject()
      member("pageSize", row.pageBytes)
      member("node", row.node)
      member("pages", row.pages)
      endObject()
    }
    endArray()
    endObject()
  }

  private mutating func curve(_ outcome: DensityOutcome) {
    guard !outcome.curve.isEmpty else { return }
    key("curve")
    beginArray()
    for point in outcome.curve {
      beginObject()
      member("machines", point.machines)
      member("promised", point.promised)
      member("risk", point.risk)
      endObject()
    }
    endArray()
  }

  private mutating func placement(_ placement: PlacementOutcome) {
    key("placement")
    beginObject()
    member("hosts", placement.hosts.count)
    member("bound", placement.bound)
    key("stranded")
    beginObject()
    for cause in PlacementOutcome.Cause.allCases {
      member(cause.rawValue, placement.stranded(cause))
    }
    endObject()
    key("unplaced")
    beginArray()
    for count in placement.unplaced { value(count) }
    endArray()
    key("machines")
    beginArray()
    for host in placement.hosts {
      beginArray()
      for count in host { value(count) }
      endArray()
    }
    endArray()
    endObject()
  }
}
