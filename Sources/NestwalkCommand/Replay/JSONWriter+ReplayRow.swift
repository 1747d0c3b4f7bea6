import HostMemory
import Records

extension JSONWriter {
  /// Writes a row of a replay on a line.
  mutating func line(_ row: ReplayRow) {
    beginObject()
    member("policy", row.policy.rawValue)
    member("frames", row.frames)
    member("references", row.references)
    member("misses", row.misses)
    member("missRatio", row.missRatio)
    if let outcome = row.outcome {
      member("coldMisses", outcome.coldMisses)
      member("evictions", outcome.evictions)
      member("cleanEvictions", outcome.cleanEvictions)
      member("dirtyEvictions", outcome.dirtyEvictions)
      member("mostResident", outcome.mostResident)
      if let mean = outcome.meanResident { member("meanResident", mean) }
    }
    endObject()
    endLine()
  }
}
