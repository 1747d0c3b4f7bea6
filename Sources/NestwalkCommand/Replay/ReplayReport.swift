import HostMemory

/// What became of a trace: a row for each policy and each number of frames.
struct ReplayReport {
  let file: String
  let format: ReplayFormat
  let references: Int
  let pages: Int
  let writes: Int
  let settings: ReplacementSettings
  let rows: [ReplayRow]

  init(
    _ trace: ReferenceTrace, file: String, _ format: ReplayFormat, _ policies: [ReplacementPolicy],
    frames: [Int], isCurve: Bool, _ settings: ReplacementSettings
  ) {
    self.file = file
    self.format = format
    references = trace.count
    pages = trace.pageCount
    writes = trace.writes
    self.settings = settings
    let frames = frames.isEmpty ? Self.powersOfTwo(upTo: trace.pageCount) : frames
    rows = policies.flatMap { policy in
      if isCurve, let curve = trace.missCurve(policy, settings) {
        return frames.map { ReplayRow(curve, frames: $0) }
      }
      return frames.map { ReplayRow(trace.replay(policy, frames: $0, settings)) }
    }
  }

  /// 1, 2, 4 and so on below a number, and the number: with as many frames as pages every policy has
  /// only first misses.
  private static func powersOfTwo(upTo most: Int) -> [Int] {
    var counts: [Int] = []
    var count = 1
    while count < most {
      counts.append(count)
      count *= 2
    }
    return counts + [max(most, 1)]
  }

  /// The rows as CSV.
  var csv: String {
    let heads =
      "policy,frames,references,misses,missRatio,coldMisses,cleanEvictions,dirtyEvictions,mostResident"
    let lines = rows.map { row in
      var cells = [
        row.policy.rawValue, "\(row.frames)", "\(row.references)", "\(row.misses)",
        "\(row.missRatio)", "\(pages)",
      ]
      if let outcome = row.outcome {
        cells += [
          "\(outcome.cleanEvictions)", "\(outcome.dirtyEvictions)", "\(outcome.mostResident)",
        ]
      } else {
        cells += ["", "", ""]
      }
      return cells.joined(separator: ",")
    }
    return ([heads] + lines).joined(separator: "\n") + "\n"
  }
}
