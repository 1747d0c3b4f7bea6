internal import Studies

extension DensityReport {
  /// The parts of each kind of machine, a line for each: sizes in bytes.
  package var csv: String {
    var text = "kind,count,part,now_bytes,worst_bytes,charged_to,source\n"
    for flavour in outcome.flavours {
      for part in flavour.overhead.parts {
        let cells = [
          flavour.overhead.flavour.name, "\(flavour.count)", part.kind.rawValue, "\(part.now)",
          "\(part.worst)", part.charge.rawValue, part.source,
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
