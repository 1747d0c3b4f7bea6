import Console

/// The manual page in the language of man(7), made from the declarations.
enum ManualPage {
  static func text(of commands: [any Command.Type], version: String) -> String {
    var lines = [
      ".TH NESTWALK 1 \"\" \"nestwalk \(version)\" \"User Commands\"",
      ".SH NAME", "nestwalk \\- two-stage address translation, as the hardware does it",
      ".SH SYNOPSIS", ".B nestwalk", "\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]",
      ".SH COMMANDS",
    ]
    for command in commands { lines += section(of: command) }
    lines += [
      ".SH EXIT STATUS", ".TP", ".B 0", "The work was done.", ".TP", ".B 1",
      "The work failed: a file could not be written, for example.", ".TP", ".B 2",
      "The input was bad: an argument, a file or a line of it.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func section<Root: Command>(of _: Root.Type) -> [String] {
    var lines = [".SS \(escaped(HelpPage.usage(of: Root.self, in: Program.self)))"]
    lines.append(escaped(sentence(Root.summary)))
    for paragraph in Root.discussion { lines += [".PP", escaped(paragraph)] }
    for declaration in Root.declarations {
      lines += [".TP", ".B \(escaped(declaration.spelling))"]
      lines.append(escaped(sentence(declaration.fullHelp)))
    }
    for example in Root.examples {
      lines += [
        ".PP", escaped(example.purpose), ".PP", ".nf", escaped("    " + example.line), ".fi",
      ]
    }
    return lines
  }

  private static func sentence(_ phrase: String) -> String {
    let text = phrase.prefix(1).uppercased() + phrase.dropFirst()
    return text.hasSuffix(".") ? text : text + "."
  }

  /// Text in which nothing means anything to man(7).
  private static func escaped(_ text: String) -> String {
    let plain = text.map { character in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      default: String(character)
      }
    }.joined()
    return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
  }
}
