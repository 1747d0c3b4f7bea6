internal import Records

extension JSONWriter {
  /// Begins an object with what every outcome's has at its head.
  mutating func beginOutcome(of study: String, _ title: String) {
    beginObject()
    member("schema", "nestwalk.outcome/1")
    member("study", study)
    member("title", title)
  }
}
