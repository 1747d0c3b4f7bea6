internal import Records

/// What reports that diagnose have in common.
extension JSONWriter {
  /// Begins an outcome: what it is of, and how many pages one of the model stands for.
  mutating func beginDiagnosed(_ schema: String, _ title: String, scale: some BinaryInteger) {
    beginObject()
    member("schema", schema)
    member("title", title)
    key("approximation")
    beginArray()
    if scale > 1 { value("one page stands for \(scale)") }
    endArray()
  }

  /// Writes a diagnosis.
  mutating func diagnosed(
    _ condition: String, _ cause: String, _ findings: [String], _ remedies: [String]
  ) {
    beginObject()
    member("condition", condition)
    member("cause", cause)
    sentences("findings", findings)
    sentences("remedies", remedies)
    endObject()
  }
}
