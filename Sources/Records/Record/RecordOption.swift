/// A member of a record's `options`.
struct RecordOption: Sendable {
  let name: String
  let value: String
  let offset: Int
  let valueOffset: Int
}
