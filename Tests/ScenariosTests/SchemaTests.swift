import Records
import Scenarios
import Testing

@Suite("Schema")
struct SchemaTests {
  @Test("A schema says what the declarations say")
  func golden() {
    let kind = DocumentKind("a policy", key: "kind", form: .mapping(Policy.self)).declaration
    let other = Sample.other.declaration
    #expect(
      String(decoding: SchemaWriter.write([kind, other]), as: UTF8.self) == """
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "Nestwalk file",
          "type": "object",
          "if": {
            "required": [
              "kind"
            ]
          },
          "then": {
            "type": "object",
            "properties": {
              "kind": {
                "title": "what is done",
                "enum": [
                  "none",
                  "batch",
                  "populate"
                ]
              },
              "batch": {
                "title": "how many at once",
                "type": "integer",
                "minimum": 1,
                "maximum": 512
              }
            },
            "required": [
              "kind"
            ],
            "additionalProperties": false
          },
          "else": {
            "if": {
              "required": [
                "another"
              ]
            },
            "then": {
              "type": "object",
              "properties": {
                "another": {
                  "title": "its name",
                  "type": [
                    "string",
                    "number",
                    "boolean"
                  ]
                }
              },
              "required": [
                "another"
              ],
              "additionalProperties": false
            },
            "else": false
          }
        }

        """)
  }

  @Test("A schema of every form is JSON, with each field once")
  func whole() throws {
    let bytes = SchemaWriter.write([Sample.kind.declaration])
    var reader = JSONReader(bytes)
    try reader.skip()
    try reader.finish()
    let text = String(decoding: bytes, as: UTF8.self)
    for declaration in Sample.fields + Host.fields {
      #expect(text.contains("\"title\": \"\(declaration.summary)\""))
    }
  }
}
