internal import Costs
internal import Simulation
internal import Studies

extension StormReport {
  /// The outcome over time, a line for each bin: faults by kind, and the memory in use at its end.
  public var csv: String {
    let kinds = FaultKind.allCases
    var text = "from_ns,to_ns,\(kinds.map { "\($0)_faults" }.joined(separator: ",")),memory_bytes\n"
    let counts = kinds.map(outcome.faults(of:))
    for (bin, memory) in outcome.committedBytes.enumerated() {
      let start = outcome.series.bin * Int64(bin)
      let cells =
        [start.nanoseconds, (start + outcome.series.bin).nanoseconds] + counts.map { $0[bin] }
      text += cells.map(String.init).joined(separator: ",") + ",\(memory)\n"
    }
    return text
  }
}
