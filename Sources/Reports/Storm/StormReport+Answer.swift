internal import Costs
package import Simulation
internal import Studies

extension StormReport {
  /// The answer in a sentence or three: how long until all are ready, and what that compares with.
  package var answer: String {
    var sentences: [String] = []
    if faultShare < Self.smallShare {
      sentences.append(
        "Stage-2 faults are \(Measure.share.text(faultShare)) of the time until readiness: no"
          + " mitigation here helps.")
    }
    let count = storm.count
    let subject = count == 1 ? "The machine is" : "All \(Self.grouped(UInt64(count))) machines are"
    var sentence = "\(subject) ready after \(time(allReady))"
    if count > 1 { sentence += ": \(ratio(alone)) one alone on the host (\(time(alone)))" }
    sentence += count > 1 ? " and " : ", "
    sentence += "\(ratio(bareMetal)) bare metal (\(time(bareMetal)))."
    sentences.append(sentence)
    if faultShare >= Self.smallShare {
      sentences.append(
        "Stage-2 faults are \(Measure.share.text(faultShare)) of the time.")
    }
    return sentences.joined(separator: " ")
  }

  /// Whether the target is met, as a sentence; nothing where there is none.
  package var verdict: String? {
    guard target.ready != nil || target.memoryBytes != nil else { return nil }
    guard misses.isEmpty else {
      return "Target missed: " + misses.joined(separator: "; ") + "."
    }
    var parts: [String] = []
    if let ready = target.ready {
      let found = self.ready.percentile(target.percentile)
      parts.append("\(percentileName) ready is \(time(found)), and \(time(ready)) are allowed")
    }
    if let bytes = target.memoryBytes {
      parts.append(
        "the machines use \(Self.bytes(outcome.usedBytes)), and \(Self.bytes(bytes)) are allowed")
    }
    return "Target met: " + parts.joined(separator: "; ") + "."
  }

  /// The name of the target's percentile: `p99`.
  package var percentileName: String {
    let whole = target.percentile.rounded()
    return target.percentile == whole ? "p\(Int(whole))" : "p\(target.percentile)"
  }

  /// The range of the price of all faults and how well it is known.
  package var price: String {
    let total = outcome.bill.total
    var sentence =
      "The faults' work costs \(Measure.time.text(Double(total.likely) / 1e6)), from"
      + " \(Measure.time.text(Double(total.low) / 1e6)) to"
      + " \(Measure.time.text(Double(total.high) / 1e6)), at the prices of \(storm.profile.name)"
    if let weakest = outcome.bill.weakest { sentence += " (weakest grade: \(weakest.rawValue))" }
    let movers = outcome.bill.movers.prefix(3).map(\.component.name)
    guard !movers.isEmpty else { return sentence + "." }
    return sentence + "; moved most by \(movers.joined(separator: ", "))."
  }

  /// How many guests the machines have where those of a flavour differ, as a sentence; nothing where none do.
  package var variation: String? {
    guard storm.fleet.contains(where: { $0.variation != nil }) else { return nil }
    let kinds = Self.grouped(UInt64(outcome.flavours.reduce(0) { $0 + $1.kinds }))
    let sentence = "What was drawn makes \(kinds) different guests of \(storm.count) machines"
    return sentence
      + (outcome.mode == .cohort ? ", each counted once for all machines that have it." : ".")
  }

  /// What races of one machine's processors came to, in a sentence or two; nothing where none raced.
  package var races: String? {
    let lock = outcome.machineLocks
    guard lock.acquisitions > 0 else { return nil }
    let waited = lock.contended > 0 ? " (\(time(lock.waited)))" : ""
    let sentence =
      "Processors of one machine raced: \(Self.grouped(spurious)) faults were spurious, and"
      + " \(Self.grouped(UInt64(lock.contended))) of \(Self.grouped(UInt64(lock.acquisitions)))"
      + " had to wait until the machine's lock was free\(waited)."
    var words = outcome.machineWords
    words.add(outcome.processWords)
    guard words.transfers > 0 else { return sentence }
    return sentence
      + " For \(Self.grouped(UInt64(words.transfers))) of \(Self.grouped(UInt64(words.writes)))"
      + " writes to the words of its lock and of its process's lock the line had to come from"
      + " another processor (\(time(words.waited)))."
  }

  /// How machines shared what was read of a snapshot, as a sentence; nothing where none do.
  package var pageCache: String? {
    let use = outcome.pageCache
    guard use.asked > 0 else { return nil }
    let reads = Self.grouped(UInt64(use.readings.count))
    return "\(reads) readings brought \(Self.bytes(UInt64(use.bytes))) into the page cache, where"
      + " \(Self.grouped(UInt64(use.found))) others found their pages and"
      + " \(Self.grouped(UInt64(use.awaited))) waited for such a reading (\(time(use.waited)))."
  }

  /// A time in the unit that suits it.
  package func time(_ duration: VirtualDuration) -> String {
    Measure.time.text(Double(duration.picoseconds) / 1000)
  }

  /// The times of many in the unit that suits their sum.
  package func time(_ total: TotalTime) -> String {
    Measure.time.text(Double(total.picoseconds) / 1000)
  }

  /// How many times as long as this the storm takes.
  private func ratio(_ duration: VirtualDuration) -> String {
    guard duration > .zero else { return "-" }
    let quotient = Double(allReady.picoseconds) / Double(duration.picoseconds)
    return Measure.decimal(quotient, quotient >= 100 ? 0 : quotient >= 10 ? 1 : 2) + " times"
  }

  /// A size in the unit that suits it.
  package static func bytes(_ bytes: UInt64) -> String { Measure.bytes.text(Double(bytes)) }

  /// A count with its digits in groups of three.
  package static func grouped(_ count: UInt64) -> String { PressureDiagnosis.count(count) }
}
