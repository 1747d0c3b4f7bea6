/// How a value is written in a file: what decodes it, and what a schema says of it.
///
/// Forms are values: `.size`, `.integer(in: 1...512)`, `.list(of: .choice(Backing.self))`. A form is
/// told the name of what it reads, for its sentences, and notes in the log what is wrong.
public struct ValueForm<Value>: Sendable {
  /// What a schema says of the value.
  public let schema: ValueSchema
  /// The value of a node, or nothing after a problem was noted.
  public let decode: @Sendable (_ node: Node, _ name: String, _ log: DocumentLog) -> Value?

  /// A form of its own.
  public init(
    schema: ValueSchema,
    decode: @escaping @Sendable (_ node: Node, _ name: String, _ log: DocumentLog) -> Value?
  ) {
    self.schema = schema
    self.decode = decode
  }

  /// The form of a scalar.
  ///
  /// `read` gives the value or, as the end of a sentence, what it must be.
  public static func scalar(
    schema: ValueSchema, rule: String,
    read: @escaping @Sendable (Node.Scalar) throws(FormError) -> Value
  ) -> Self {
    Self(schema: schema) { node, name, log in
      guard case .scalar(let scalar) = node.content, !node.isAbsent else {
        log.refuse(node, name, rule)
        return nil
      }
      do throws(FormError) {
        return try read(scalar)
      } catch {
        log.refuse(node, name, error.rule)
        return nil
      }
    }
  }

  /// The form of what is made from this form's value.
  ///
  /// `convert` may refuse the value.
  public func map<Other>(
    _ convert: @escaping @Sendable (Value) throws(FormError) -> Other
  ) -> ValueForm<Other> {
    ValueForm<Other>(schema: schema) { node, name, log in
      guard let value = decode(node, name, log) else { return nil }
      do throws(FormError) {
        return try convert(value)
      } catch {
        log.refuse(node, name, error.rule)
        return nil
      }
    }
  }

  /// The form of a value that is written as a scalar or, with more to say, as a list.
  public static func scalar(_ scalar: Self, orList list: Self) -> Self {
    Self(schema: .any([scalar.schema, list.schema])) { node, name, log in
      if case .sequence = node.content { return list.decode(node, name, log) }
      return scalar.decode(node, name, log)
    }
  }

  /// The form of a value that is written as a scalar or, with more to say, as a mapping.
  public static func scalar(_ scalar: Self, orMapping mapping: Self) -> Self {
    Self(schema: .any([scalar.schema, mapping.schema])) { node, name, log in
      if case .mapping = node.content { return mapping.decode(node, name, log) }
      return scalar.decode(node, name, log)
    }
  }
}
