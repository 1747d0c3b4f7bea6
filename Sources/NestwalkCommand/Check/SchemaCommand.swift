import Console
import Scenarios

/// `nestwalk schema`: the JSON Schema of the files that a user writes.
struct SchemaCommand: Command {
  static let name = "schema"
  static let summary = "print the JSON Schema of the files you write, for an editor"
  static let discussion = [
    "An editor that knows the schema completes keys and marks mistakes. The schema says less than"
      + " “nestwalk check”: what fields ask of each other can't be said in it."
  ]
  static let examples = [
    CommandExample("nestwalk schema > nestwalk.schema.json", "Saves the schema for an editor.")
  ]
  static let parameters: [Parameter<Self>] = []

  func run() throws(CommandFailure) -> ExitStatus {
    Program.show(
      String(decoding: SchemaWriter.write(DocumentKindDeclaration.all), as: UTF8.self))
  }
}
