internal import Console
internal import Simulation
internal import Studies

extension DensityReport {
  /// The answer in a few sentences: how many fit, what binds first, and what comes next.
  package var answer: String {
    let count = outcome.count
    var sentences: [String] = []
    let range = outcome.range
    var first = "\(StormReport.grouped(count)) "
    if range.lowerBound < range.upperBound {
      first +=
        "(\(StormReport.grouped(range.lowerBound)) to \(StormReport.grouped(range.upperBound))) "
    }
    first += "machine\(count == 1 ? " fits" : "s fit")"
    let kinds = outcome.flavours.filter { $0.count > 0 }
    if outcome.flavours.count > 1, !kinds.isEmpty {
      first +=
        " ("
        + kinds.map { "\(StormReport.grouped($0.count)) \($0.overhead.flavour.name)" }.joined(
          separator: ", ")
      first += ")"
    }
    if let boot = outcome.boot {
      let inTime = boot.machines
      first +=
        inTime == count
        ? ", and all of them meet the boot target"
        : ", \(StormReport.grouped(inTime)) of them meet\(inTime == 1 ? "s" : "") the boot target"
      if inTime < count {
        for helped in boot.helped {
          first += "; \(helped.help.phrase) \(StormReport.grouped(helped.machines))"
        }
      }
    }
    sentences.append(first + ".")
    if let sentence = binding { sentences.append(sentence) }
    if let risk = outcome.risk, let overcommit = density.overcommit {
      sentences.append(
        "At any moment they want more memory than there is with a probability of"
          + " \(Self.probability(risk)) (\(Self.probability(overcommit.risk)) allowed).")
    }
    if let across = outcome.acrossNodes, across > count {
      sentences.append(
        "\(StormReport.grouped(across - count)) more would fit if one could lie on several nodes.")
    }
    return sentences.joined(separator: " ")
  }

  /// What binds first, and what comes next, as sentences.
  private var binding: String? {
    let stopped = outcome.flavours.filter { flavour in
      let most = flavour.overhead.flavour.most.map(UInt64.init)
      return most != flavour.count
    }
    guard !stopped.isEmpty else { return "Those are all that are wanted." }
    let rows = outcome.constraints
    // Of what lets no more in, the tightest; under overcommitment the risk takes memory's place.
    guard let first = rows.first(where: { !$0.stops.isEmpty }) ?? rows.first else { return nil }
    if let sentence = none(first) { return sentence }
    var name = first.phrase
    if density.overcommit != nil, rows.allSatisfy({ $0.stops.isEmpty }) {
      name = "the risk of memory pressure"
    }
    var sentence = "What binds first: \(name)"
    let next = rows.filter { $0.kind != first.kind }.prefix(2).map { row in
      // What some kind takes nothing of would let that kind in without end.
      let alone = row.alone == .max ? "" : ", room for \(StormReport.grouped(row.alone)) alone"
      return "\(row.phrase) (\(Measure.share.text(row.slack)) free\(alone))"
    }
    if !next.isEmpty { sentence += "; next " + next.joined(separator: ", then ") }
    return sentence + "."
  }

  /// What one machine needs and what is left, where memory lets not even one of the only kind in.
  private func none(_ row: DensityConstraint) -> String? {
    guard outcome.count == 0, outcome.flavours.count == 1, row.kind == .memory,
      density.overcommit == nil, density.host.nodes <= 1 || !density.bindsNodes
    else { return nil }
    let needed = outcome.flavours[0].overhead.charged(to: .machine, atWorst: true)
    guard needed > row.capacity else { return nil }
    return "What binds first: \(row.phrase). One needs \(StormReport.bytes(needed)) at the worst"
      + " and \(StormReport.bytes(row.capacity)) are left."
  }

  /// What the mix was chosen by, as a sentence; nothing where there is one kind.
  private var objective: String? {
    let kinds = outcome.flavours.map(\.overhead.flavour).filter { $0.most != 0 }
    guard kinds.count > 1 else { return nil }
    guard let first = kinds.first, kinds.contains(where: { $0.worth != first.worth }) else {
      return "The mix is that of the most machines."
    }
    let parts = outcome.flavours.filter { $0.count > 0 }.map { kind in
      let worth = StormReport.grouped(kind.overhead.flavour.worth)
      return "\(StormReport.grouped(kind.count)) \(kind.overhead.flavour.name) at \(worth) each"
    }
    return "The mix is chosen by worth: \(parts.joined(separator: ", ")) are worth"
      + " \(StormReport.grouped(outcome.worth)) together."
  }

  /// What the mix was chosen by, and how sure it is that there is no better one.
  package var certificate: String {
    (objective.map { $0 + " " } ?? "") + proof
  }

  /// How far what is not known to the byte moves the answer, and what merging is taken to give back; nothing where
  /// there is neither.
  package var assumed: String? {
    var sentences: [String] = []
    if let merging = outcome.merging {
      let machines = Self.count(merging.machines, "machine")
      sentences.append(
        "Merging gives back \(Measure.share.text(merging.share)) of what guests use, and"
          + " \(Measure.share.text(merging.ceiling)) at most: so the model of merging has it"
          + " (Docs/Merging.md) for a fleet of \(machines) that has been scanned for"
          + " \(Measure.decimal(merging.seconds, 0)) s.")
    }
    if !outcome.movers.isEmpty {
      let names = outcome.movers.map { "\($0.kind.phrase) \(StormReport.bytes($0.bytes))" }
      let (low, high) = (outcome.range.lowerBound, outcome.range.upperBound)
      sentences.append(
        "Some parts are assumed, or were measured of one version only: over their ranges"
          + (outcome.merging == nil ? "" : ", and from nothing merged to all that can be,")
          + " the number"
          + (low == high
            ? " stays the same"
            : " is \(StormReport.grouped(low)) to \(StormReport.grouped(high))")
          + ". Furthest apart over all machines are \(names.joined(separator: ", ")).")
    }
    if let boot = outcome.boot, boot.range.lowerBound < boot.range.upperBound {
      sentences.append(
        "At the profile's highest and lowest prices \(StormReport.grouped(boot.range.lowerBound))"
          + " to \(StormReport.grouped(boot.range.upperBound)) meet the boot target.")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  /// How sure it is that there is no better choice, as a sentence.
  private var proof: String {
    if outcome.isBest {
      let steps = Self.count(UInt64(outcome.steps), "step")
      return "No choice is better: branch and bound proved it in \(steps)."
    }
    return "The choice is worth \(StormReport.grouped(outcome.worth)), and the bound is"
      + " \(StormReport.grouped(outcome.bound)): a better one of up to"
      + " \(StormReport.grouped(outcome.bound - outcome.worth)) more is not ruled out."
  }

  /// Where the machines were placed, as a sentence; nothing where none were.
  package var placed: String? {
    guard let placement = outcome.placement else { return nil }
    let hosts = placement.hosts.count
    var sentence =
      "All machines to place need \(Self.count(UInt64(hosts), "host"))"
    sentence +=
      hosts == placement.bound
      ? ", and none could do with fewer."
      : "; the bound is \(StormReport.grouped(UInt64(placement.bound)))."
    for (flavour, count) in zip(outcome.flavours, placement.unplaced) where count > 0 {
      sentence +=
        " \(StormReport.grouped(count)) of “\(flavour.overhead.flavour.name)” fit on no host."
    }
    let causes = PlacementOutcome.Cause.allCases.compactMap { cause -> String? in
      let bytes = placement.stranded(cause)
      return bytes == 0 ? nil : "\(StormReport.bytes(bytes)) \(cause.phrase)"
    }
    if !causes.isEmpty { sentence += " Left over: \(causes.joined(separator: ", "))." }
    return sentence
  }

  /// A number with its noun: `1 host`, `2,000 hosts`.
  package static func count(_ number: UInt64, _ noun: String) -> String {
    "\(StormReport.grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A probability as a reader reads it.
  package static func probability(_ value: Double) -> String {
    if value == 0 { return "0" }
    if value < 1e-6 { return "less than 0.0001 %" }
    let percent = value * 100
    return Measure.decimal(percent, percent < 0.01 ? 4 : percent < 1 ? 3 : 1) + " %"
  }
}
