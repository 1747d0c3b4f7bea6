/// What is wrong with a record, and at which byte.
struct RecordProblem: Error, Hashable, Sendable {
  let offset: Int
  let sentence: String
}
