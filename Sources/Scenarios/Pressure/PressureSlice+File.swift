public import Studies

/// How a slice of a pressure study is written.
extension PressureSlice: MappingDecodable {
  private static let nameField = RequiredField(
    "name", ValueForm<String>.text, "what it is called")
  private static let sliceField = OptionalField(
    "slice", ValueForm<String>.text, "the slice that it is in")

  /// What such a mapping is.
  public static var noun: String { "a slice" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [nameField.declaration, sliceField.declaration] + MemoryLimitFields.declarations
  }

  /// What a slice is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    self.init(name ?? "")
    slice = mapping.value(of: Self.sliceField)
    limits = MemoryLimitFields.limits(&mapping)
    guard mapping.isSound, name != nil else { return nil }
  }
}
