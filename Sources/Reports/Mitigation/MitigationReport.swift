internal import Costs
internal import HostMemory
internal import Simulation
package import Studies

/// What each mitigation makes of a storm, for all forms in which it is told.
package struct MitigationReport: Sendable {
  /// What becomes of the storm as it stands.
  package let storm: StormReport
  /// What each mitigation makes of it.
  package let outcome: MitigationOutcome

  /// The report of a storm's mitigations.
  package init(_ storm: StormReport, _ outcome: MitigationOutcome) {
    self.storm = storm
    self.outcome = outcome
  }

  /// Whether anything is wanted of the storm.
  package var hasTarget: Bool { storm.target.ready != nil || storm.target.memoryBytes != nil }

  /// What the study says, and what is to be known of its prices, for a page.
  package var advice: String { note.map { "\(answer) \($0)" } ?? answer }

  /// What is to be known of the prices; nothing where they tell large pages from small ones.
  package var note: String? {
    let price = storm.storm.profile[.zeroByte]?.likely ?? 0
    let hasLarge = outcome.results.contains { $0.mitigation.policy.backing != .small }
    guard price == 0, hasLarge else { return nil }
    return
      "The profile prices no zeroing beyond 4 KiB, so that large pages look cheaper than they are; a"
      + " measured profile prices it (--profile xeon-8269cy)."
  }

  /// What the study says, as a sentence or two.
  package var answer: String {
    var text = ""
    if let place = outcome.cheapest {
      let result = outcome.results[place]
      text = "The cheapest that meets the target is \(Self.quoted(result))"
      if case .success(let figures) = result.figures {
        text +=
          ": \(figures.setUp > .zero ? "\(storm.time(figures.setUp)) of set-up" : "no set-up"),"
          + " \(StormReport.bytes(figures.usedBytes)), all ready after \(storm.time(figures.allReady))"
      }
      return text + "."
    }
    if hasTarget { text = "None of them meets the target. " }
    guard let place = outcome.earliest,
      case .success(let figures) = outcome.results[place].figures
    else { return text + "The host can hold the machines with none of them." }
    return text + "All are ready first with \(Self.quoted(outcome.results[place])): after"
      + " \(storm.time(figures.allReady))."
  }

  private static func quoted(_ result: MitigationResult) -> String {
    let settings = settings(result)
    return settings == "none" ? "nothing" : "“\(settings)”"
  }

  /// A mitigation as a scenario's policy writes it.
  package static func settings(_ result: MitigationResult) -> String {
    let settings = result.mitigation.policy.settings
    return settings.isEmpty ? "none" : settings.map(\.description).joined(separator: " ")
  }

  /// What the mark of a row means.
  package static let legend = "* none beats it: " + meaning
  /// What the mark of a row of a page means.
  package static let pageLegend = "Rows with a * are beaten by none: " + meaning
  private static let meaning =
    "none is nowhere worse and somewhere better in all ready, memory and set-up; less than 0.1 % of all ready"
    + " is no difference. All ready counts from the first machine's start; set-up is the work for all"
    + " machines before their guests begin or, of threads, beside them."

  /// What is missing among the mitigations, as a sentence.
  package static var missing: String {
    "Not modelled: \(MitigationOutcome.unmodelled.joined(separator: "; "))."
  }

  /// Why a mitigation has no figures, in a few words.
  package func reason(_ error: StormError) -> String {
    guard case .outOfMemory(_, let needed, _) = error else { return error.description }
    return "needs \(StormReport.bytes(needed)), more than the host has"
  }
}
