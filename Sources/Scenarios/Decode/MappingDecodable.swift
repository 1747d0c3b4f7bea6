/// A value that is written as a mapping, whose fields are declared once for decoding and schema.
public protocol MappingDecodable: SendableMetatype {
  /// What such a mapping is, with its article: `a host`.
  static var noun: String { get }

  /// All its fields, in the order in which they are told.
  static var fields: [FieldDeclaration] { get }

  /// The value of a mapping, or nothing after a problem was noted.
  ///
  /// Read every field first and only then give up, so that all problems are noted.
  init?(from mapping: inout MappingDecoder)
}

extension ValueForm where Value: MappingDecodable {
  /// The form of a mapping with the fields that its type declares.
  public static func mapping(_ type: Value.Type = Value.self) -> Self {
    .mapping(type.noun, type.fields) { Value(from: &$0) }
  }
}

extension ValueForm {
  /// The form of a mapping with these fields.
  public static func mapping(
    _ noun: String, _ fields: [FieldDeclaration],
    _ read: @escaping @Sendable (inout MappingDecoder) -> Value?
  ) -> Self {
    Self(schema: .mapping(noun: noun, fields)) { node, name, log in
      guard case .mapping(let members) = node.content else {
        log.refuse(node, name, "it must be \(noun), a mapping with \(MappingDecoder.list(fields))")
        return nil
      }
      var decoder = MappingDecoder(members, at: node.place, noun, fields, log)
      let before = log.count
      let value = read(&decoder)
      decoder.refuseUnread()
      return log.count == before ? value : nil
    }
  }
}
