/// A table that lies where the machine has no memory, on an ISA whose manuals leave the read to the
/// platform: x86-64, where it mostly gives all ones.
public struct AbsentMemory: Sendable, Hashable {
  /// Where the walk looked for the table.
  public var place: HostPhysical?

  init(_ failure: WalkFailure) { place = failure.absentPlace }

  var fields: [ReportField] { [] }

  /// What happened, in words.
  public var words: String {
    let place = place.map { " at \($0)" } ?? ""
    return "the walk reads a table\(place), where the machine has no memory; what it finds there is"
      + " up to the platform"
  }
}
