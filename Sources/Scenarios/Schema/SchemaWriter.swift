internal import Records

/// Writes the JSON Schema (draft 2020-12) of kinds of files, for an editor to complete and check by.
///
/// The schema says less than the decoder: a unit is a pattern there, and what fields ask of each
/// other can't be said. What the decoder takes, the schema takes.
public struct SchemaWriter {
  private var writer = JSONWriter(.indented)

  private init() {}

  /// The schema of a file that is of one of these kinds.
  public static func write(_ kinds: [DocumentKindDeclaration]) -> [UInt8] {
    var schema = Self()
    schema.document(kinds)
    return schema.writer.bytes
  }

  private mutating func document(_ kinds: [DocumentKindDeclaration]) {
    writer.beginObject()
    member("$schema", "https://json-schema.org/draft/2020-12/schema")
    member("title", "Nestwalk file")
    writer.key("type")
    writer.value("object")
    // The first kind whose key is there, as the decoder chooses it.
    alternatives(kinds[...])
    writer.endObject()
    writer.endLine()
  }

  private mutating func alternatives(_ kinds: ArraySlice<DocumentKindDeclaration>) {
    guard let kind = kinds.first else { return }
    writer.key("if")
    writer.beginObject()
    writer.key("required")
    strings([kind.key])
    if let word = kind.word {
      object("properties") { writer in
        writer.object(kind.key) { $0.member("const", word) }
      }
    }
    writer.endObject()
    writer.key("then")
    writer.beginObject()
    value(kind.schema)
    writer.endObject()
    writer.key("else")
    if kinds.count > 1 {
      writer.beginObject()
      alternatives(kinds.dropFirst())
      writer.endObject()
    } else {
      writer.value(false)
    }
  }

  /// The members of the object that describes a value.
  private mutating func value(_ schema: ValueSchema) {
    switch schema {
    case .text:
      // A bare number is a text where a text is read.
      types(["string", "number", "boolean"])
    case .boolean: member("type", "boolean")
    case .integer(let least, let most):
      member("type", "integer")
      number("minimum", least)
      number("maximum", most)
    case .number(let least, let most):
      member("type", "number")
      writer.key("minimum")
      writer.value(least)
      writer.key("maximum")
      writer.value(most)
    case .quantity(let noun, let units, let isBareAllowed):
      member("description", "\(noun), in \(units.joined(separator: ", "))")
      writer.key("anyOf")
      writer.beginArray()
      writer.beginObject()
      member("type", "string")
      member("pattern", Self.pattern(units))
      writer.endObject()
      writer.beginObject()
      if isBareAllowed {
        member("type", "number")
      } else {
        // Nothing is nothing in every unit.
        number("const", "0")
      }
      writer.endObject()
      writer.endArray()
    case .choice(let words):
      writer.key("enum")
      strings(words)
    case .list(let element, let least, let most):
      member("type", "array")
      object("items") { $0.value(element) }
      if least > 0 { number("minItems", "\(least)") }
      if most < .max { number("maxItems", "\(most)") }
    case .mapping(_, let fields): mapping(fields)
    case .keyed(let element):
      member("type", "object")
      object("additionalProperties") { $0.value(element) }
    case .any(let schemas):
      writer.key("anyOf")
      writer.beginArray()
      for schema in schemas {
        writer.beginObject()
        value(schema)
        writer.endObject()
      }
      writer.endArray()
    }
  }

  private mutating func mapping(_ fields: [FieldDeclaration]) {
    member("type", "object")
    object("properties") { writer in
      for field in fields {
        writer.object(field.name) { writer in
          writer.member("title", field.summary)
          writer.value(field.schema)
        }
      }
    }
    writer.key("required")
    strings(fields.filter(\.isRequired).map(\.name))
    writer.key("additionalProperties")
    writer.value(false)
  }

  /// Numbers with one of the units, which are the decoder's to miss.
  private static func pattern(_ units: [String]) -> String {
    "^(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)? ?(\(units.joined(separator: "|")))?$"
  }

  private mutating func member(_ key: String, _ value: String) {
    writer.key(key)
    writer.value(value)
  }

  private mutating func number(_ key: String, _ digits: String) {
    writer.key(key)
    if let value = Int(digits) {
      writer.value(value)
    } else if let value = UInt64(digits) {
      writer.value(value)
    }
  }

  private mutating func types(_ types: some Collection<String>) {
    if let only = types.first, types.count == 1 {
      member("type", only)
    } else {
      writer.key("type")
      strings(Array(types))
    }
  }

  private mutating func strings(_ values: [String]) {
    writer.beginArray()
    for value in values { writer.value(value) }
    writer.endArray()
  }

  private mutating func object(_ key: String, _ body: (inout Self) -> Void) {
    writer.key(key)
    writer.beginObject()
    body(&self)
    writer.endObject()
  }
}
