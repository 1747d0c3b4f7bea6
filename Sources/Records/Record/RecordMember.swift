/// A value of a record as it was met, before it is known what it ought to be.
struct RecordMember: Sendable {
  enum Value: Sendable {
    case text(JSONText)
    case number(JSONNumber)
    case null
    /// A value of a kind that no key takes; it has been passed over.
    case other(JSONKind)
  }

  var value = Value.null
  var keyOffset = 0
  var offset = 0
}
