public import Costs
internal import Quantities

/// How the price of a component is written in a profile.
extension Price: MappingDecodable {
  private static let form = ValueForm<FineTime>.quantity(
    in: FineTime(femtoseconds: 0)...FineTime(femtoseconds: most))
  private static let likelyField = RequiredField("likely", form, "what it most likely costs")
  private static let lowField = OptionalField("low", form, "the least it may cost")
  private static let highField = OptionalField("high", form, "the most it may cost")
  private static let gradeField = RequiredField(
    "grade", ValueForm<Grade>.choice(), "how well that is known")
  private static let rowField = OptionalField(
    "row", ValueForm<String>.line(atMost: 100),
    "where it comes from: a row, a measurement and its date")
  private static let noteField = OptionalField(
    "note", ValueForm<String>.line(atMost: 1000), "how it follows from there, or why it is assumed")

  /// What such a mapping is.
  public static var noun: String { "a price" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      likelyField.declaration, lowField.declaration, highField.declaration,
      gradeField.declaration, rowField.declaration, noteField.declaration,
    ]
  }

  /// What a price is read from.
  public init?(from mapping: inout MappingDecoder) {
    let likely = mapping.value(of: Self.likelyField)
    let low = mapping.value(of: Self.lowField)
    let high = mapping.value(of: Self.highField)
    let grade = mapping.value(of: Self.gradeField)
    let row = mapping.value(of: Self.rowField)
    let note = mapping.value(of: Self.noteField)
    if let likely, let low, likely < low {
      mapping.refuse("low", "it must be at most “likely”, \(likely)")
    }
    if let likely, let high, high < likely {
      mapping.refuse("high", "it must be at least “likely”, \(likely)")
    }
    if let grade {
      if grade == .assumed, note == nil {
        mapping.refuse("note", "a price that is assumed must say why")
      } else if grade != .assumed, row == nil {
        mapping.refuse("row", "a price must say where it comes from, or be “assumed”")
      }
    }
    guard mapping.isSound, let likely, let grade else { return nil }
    let source =
      row.map { PriceSource(grade, row: $0, note: note ?? "") } ?? .assumed(note ?? "")
    try? self.init(
      low: (low ?? likely).femtoseconds, likely: likely.femtoseconds,
      high: (high ?? likely).femtoseconds, source: source)
  }

  /// The price as it is written.
  var node: Node {
    var members = [Node.Member("likely", .literal(FineTime(femtoseconds: likely)))]
    if low != likely || high != likely {
      members.append(Node.Member("low", .literal(FineTime(femtoseconds: low))))
      members.append(Node.Member("high", .literal(FineTime(femtoseconds: high))))
    }
    members.append(Node.Member("grade", .literal(source.grade.rawValue)))
    if let row = source.row { members.append(Node.Member("row", .text(row))) }
    if !source.note.isEmpty { members.append(Node.Member("note", .text(source.note))) }
    return Node(.mapping(members))
  }
}
