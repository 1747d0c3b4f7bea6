import Costs
import HostMemory
import Hypervisor
import Paging
import Records
import Studies

/// What a comparison has found.
struct CompareReport {
  let study: ISAComparison
  let outcomes: [ComparedOutcome]

  /// The outcomes as JSON.
  var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.member("workload", study.workload.rawValue)
    writer.member("memoryBytes", study.memoryBytes)
    writer.member("backingBytes", study.backing.bytes)
    writer.member("access", "\(study.access)")
    writer.member("batch", UInt64(study.batch))
    if let population = study.population { writer.member("population", population.rawValue) }
    if let splitting = study.splitting { writer.member("splitting", splitting.rawValue) }
    if study.machineCount > 1 { writer.member("sharers", UInt64(study.machineCount)) }
    writer.key("machines")
    writer.beginArray()
    for outcome in outcomes { writer.value(outcome) }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  /// Every line of the bills, for a spreadsheet: the costs of a machine add up to its total, and those
  /// of `work …` to what was done before.
  var csv: String {
    var text =
      "profile,tables,activity,component,amount,low_fs,likely_fs,high_fs,grade,row\n"
    for outcome in outcomes {
      let profile = outcome.machine.profile
      for line in outcome.bill.lines + outcome.preparationBill.lines {
        let cells = [
          Self.quoted(profile.name), outcome.machine.tables.name, line.activity.name,
          line.component.name, "\(line.amount)", "\(line.cost.low)", "\(line.cost.likely)",
          "\(line.cost.high)", line.grade.rawValue,
          Self.quoted(profile[line.component]?.source.row ?? ""),
        ]
        text += cells.joined(separator: ",") + "\n"
      }
    }
    return text
  }

  /// A text of the user's as a cell (RFC 4180).
  private static func quoted(_ text: String) -> String {
    guard text.contains(where: { ",\"\r\n".contains($0) }) else { return text }
    return "\""
      + text.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}

extension ComparedMachine.Tables {
  /// The tables in a word.
  var name: String {
    switch self {
    case .twoStages(let guest, let host): "\(guest.rawValue)/\(host.rawValue)"
    case .nested(let scheme): scheme.rawValue
    }
  }
}
