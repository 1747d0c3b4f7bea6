import Costs
import Records

extension JSONWriter {
  /// Writes a cost profile.
  mutating func value(_ profile: CostProfile) {
    beginObject()
    member("name", profile.name)
    member("machine", profile.machine)
    member("architecture", profile.architecture.rawValue)
    if let clock = profile.clockHertz { member("clockHertz", clock) }
    key("components")
    beginObject()
    for component in profile.components {
      guard let price = profile[component] else { continue }
      key(component.name)
      beginObject()
      member("lowFemtoseconds", price.low)
      member("likelyFemtoseconds", price.likely)
      member("highFemtoseconds", price.high)
      member("grade", price.source.grade.rawValue)
      if let row = price.source.row { member("row", row) }
      if !price.source.note.isEmpty { member("note", price.source.note) }
      endObject()
    }
    endObject()
    endObject()
  }
}
