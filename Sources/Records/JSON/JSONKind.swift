/// The kinds of JSON values.
public enum JSONKind: Sendable, Hashable, CustomStringConvertible {
  case object
  case array
  case string
  case number
  case boolean
  case null

  /// The kind in words, with its article.
  public var description: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .boolean: "true or false"
    case .null: "null"
    }
  }
}
