import Console
import Testing

@testable import NestwalkCommand

/// What must hold for every declaration, however many commands there will be.
@Suite("Declarations of the commands")
struct DeclarationTests {
  private func isKebab(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { 0x61...0x7a ~= $0 || 0x30...0x39 ~= $0 || $0 == 0x2d }
      && !name.hasPrefix("-")
  }

  @Test("Names of commands are single, short and lower-case")
  func commandNames() {
    let names = Program.commands.map { $0.name }
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(isKebab(name))
      #expect(!["help"].contains(name))
    }
  }

  @Test("Parameters are named once, and said in a phrase")
  func parameters() {
    for command in Program.commands {
      let declarations = command.declarations
      let names = declarations.map(\.name)
      #expect(Set(names).count == names.count, "\(command.name)")
      for declaration in declarations {
        let place = "\(command.name) \(declaration.spelling)"
        switch declaration.form {
        case .flag, .option: #expect(isKebab(declaration.name), "\(place)")
        case .positional: #expect(declaration.name == declaration.name.uppercased(), "\(place)")
        }
        #expect(declaration.name != "help", "\(place)")
        #expect(declaration.value == declaration.value.uppercased(), "\(place)")
        #expect((declaration.form == .flag) == declaration.value.isEmpty, "\(place)")
        #expect(declaration.help.first?.isUppercase == true, "\(place)")
        #expect(declaration.help.last != ".", "\(place)")
      }
      #expect(command.summary.first?.isLowercase == true, "\(command.name)")
      #expect(command.summary.last != ".", "\(command.name)")
      #expect(command.discussion.allSatisfy { $0.last == "." }, "\(command.name)")
    }
  }

  @Test("A positional argument that takes the rest is the last one")
  func positionals() {
    for command in Program.commands {
      let places = command.declarations.filter { $0.form == .positional }
      #expect(places.dropLast().allSatisfy { !$0.isRepeatable }, "\(command.name)")
    }
  }

  @Test("Every command has an example, and its arguments are right")
  func examples() {
    for command in Program.commands { checkExamples(command) }
  }

  private func checkExamples<Root: Command>(_: Root.Type) {
    #expect(!Root.examples.isEmpty, "\(Root.name)")
    for example in Root.examples {
      #expect(example.purpose.last == ".")
      // What follows a redirection is the shell's.
      let words = example.line.split(separator: " ").map(String.init)
      let own = words.prefix { !["<", ">", "|"].contains($0) }
      #expect(own.prefix(2) == ["nestwalk", Root.name])
      guard case .run = ArgumentParser<Root>.parse(Array(own.dropFirst(2))) else {
        Issue.record("\(example.line) would be refused")
        continue
      }
    }
  }

  @Test("Help fits 80 columns, examples apart")
  func width() {
    for command in Program.commands {
      let examples = Set(command.examples.map { "  \($0.line)" })
      let lines = helpText(command).split(separator: "\n").map(String.init)
      for line in lines where !examples.contains(line) {
        #expect(line.count <= 80, "\(command.name): \(line)")
      }
    }
    for line in HelpPage.text(of: Program.self).split(separator: "\n") {
      #expect(line.count <= 80)
    }
  }

  private func helpText<Root: Command>(_: Root.Type) -> String {
    HelpPage.text(of: Root.self, in: Program.self)
  }
}
