internal import Studies

extension DensityReport {
  /// The parts of each kind of machine, a line for each: sizes in bytes.
  package var csv: String {
    var text =
      "kind,count,part,now_bytes,worst_bytes,charged_to,source,"
      + "now_low_bytes,now_high_bytes,worst_low_bytes,worst_high_bytes\n"
    let frees = density.host.freesHugePageRecords
    for flavour in outcome.flavours {
      let kind = flavour.overhead.flavour
      let low = MachineOverhead(kind, freesHugePageRecords: frees, .low)
      let high = MachineOverhead(kind, freesHugePageRecords: frees, .high)
      for part in flavour.overhead.parts {
        let cells = [
          flavour.overhead.flavour.name, "\(flavour.count)", part.kind.rawValue, "\(part.now)",
          "\(part.worst)", part.charge.rawValue, part.source,
          "\(low[part.kind]?.now ?? part.now)", "\(high[part.kind]?.now ?? part.now)",
          "\(low[part.kind]?.worst ?? part.worst)", "\(high[part.kind]?.worst ?? part.worst)",
        ]
        text += cells.map(Self.cell).joined(separator: ",") + "\n"
      }
    }
    return text
  }

  /// A text as a cell: quoted where it holds what ends one.
  static func cell(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
