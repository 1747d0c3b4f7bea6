/// What JSON Schema can say of a value.
public indirect enum ValueSchema: Sendable, Hashable {
  /// Any text.
  case text
  /// `true` or `false`.
  case boolean
  /// A whole number, with its bounds in digits.
  case integer(least: String, most: String)
  /// A number with its bounds.
  case number(least: Double, most: Double)
  /// A number with a unit, or bare where a bare number has a meaning.
  case quantity(noun: String, units: [String], isBareAllowed: Bool)
  /// One of some words.
  case choice([String])
  /// A list.
  case list(ValueSchema, least: Int, most: Int)
  /// A mapping with the fields of its kind.
  case mapping(noun: String, [FieldDeclaration])
  /// A mapping whose keys the user chooses.
  case keyed(ValueSchema)
  /// One of several.
  case any([ValueSchema])
}
