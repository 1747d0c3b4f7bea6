import Console

extension Shell {
  /// The script by which the shell completes the arguments of these commands.
  func completions(of commands: [any Command.Type]) -> String {
    let names = commands.map { $0.name }
    return switch self {
    case .bash: Self.bash(names, commands.map { ($0.name, $0.summary, $0.declarations) })
    case .zsh: Self.zsh(commands.map { ($0.name, $0.summary, $0.declarations) })
    case .fish: Self.fish(commands.map { ($0.name, $0.summary, $0.declarations) })
    }
  }

  private typealias Described = (
    name: String, summary: String, parameters: [ParameterDeclaration]
  )

  private static func bash(_ names: [String], _ commands: [Described]) -> String {
    var lines = [
      "_nestwalk() {",
      "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}",
      "  local command=${COMP_WORDS[1]}",
      "  COMPREPLY=()",
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then",
      "    COMPREPLY=($(compgen -W '\((names + ["--help", "--version"]).joined(separator: " "))' -- \"$word\"))",
      "    return",
      "  fi",
      "  case $command in",
    ]
    for command in commands {
      lines += ["    \(command.name))", "      case $before in"]
      for parameter in command.parameters where parameter.form == .option {
        lines.append("        --\(parameter.name)) \(bashReply(parameter)); return ;;")
      }
      lines += ["      esac"]
      let options = command.parameters.filter { $0.form != .positional } + [.help]
      let spellings = options.map { "--\($0.name)" }.joined(separator: " ")
      lines += [
        "      if [ \"${word:0:1}\" = - ]; then",
        "        COMPREPLY=($(compgen -W '\(spellings)' -- \"$word\"))",
      ]
      if let positional = command.parameters.first(where: { $0.form == .positional }) {
        lines += ["      else", "        \(bashReply(positional))"]
      }
      lines += ["      fi", "      ;;"]
    }
    lines += ["  esac", "}", "complete -F _nestwalk nestwalk"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func bashReply(_ parameter: ParameterDeclaration) -> String {
    if !parameter.choices.isEmpty {
      let words = parameter.choices.joined(separator: " ")
      return "COMPREPLY=($(compgen -W '\(words)' -- \"$word\"))"
    }
    return parameter.isFile ? "COMPREPLY=($(compgen -f -- \"$word\"))" : ":"
  }

  private static func zsh(_ commands: [Described]) -> String {
    var lines = ["#compdef nestwalk", "_nestwalk() {", "  local -a commands", "  commands=("]
    for command in commands {
      lines.append("    \(quoted("\(command.name):\(command.summary)"))")
    }
    lines += [
      "  )", "  if (( CURRENT == 2 )); then", "    _describe command commands", "    return",
      "  fi",
      "  case $words[2] in",
    ]
    for command in commands {
      lines.append("    \(command.name))")
      lines.append("      shift words; (( CURRENT-- ))")
      var specs: [String] = []
      for parameter in command.parameters + [.help] {
        let help = parameter.help.map { "[]:".contains($0) ? "\\\($0)" : String($0) }.joined()
        let action =
          !parameter.choices.isEmpty
          ? "(\(parameter.choices.joined(separator: " ")))" : parameter.isFile ? "_files" : ""
        switch parameter.form {
        case .flag: specs.append(quoted("--\(parameter.name)[\(help)]"))
        case .option:
          let star = parameter.isRepeatable ? "*" : ""
          specs.append(quoted("\(star)--\(parameter.name)[\(help)]:\(parameter.value):\(action)"))
        case .positional: specs.append(quoted("::\(parameter.value):\(action)"))
        }
      }
      lines.append("      _arguments \\\n        " + specs.joined(separator: " \\\n        "))
      lines.append("      ;;")
    }
    lines += ["  esac", "}", "compdef _nestwalk nestwalk"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func fish(_ commands: [Described]) -> String {
    var lines = [
      "complete -c nestwalk -f", "complete -c nestwalk -n __fish_use_subcommand -l help",
      "complete -c nestwalk -n __fish_use_subcommand -l version",
    ]
    for command in commands {
      lines.append(
        "complete -c nestwalk -n __fish_use_subcommand -a \(command.name)"
          + " -d \(quoted(command.summary))")
      let seen = "-n '__fish_seen_subcommand_from \(command.name)'"
      for parameter in command.parameters + [.help] {
        var line = "complete -c nestwalk \(seen)"
        if parameter.form != .positional { line += " -l \(parameter.name)" }
        if parameter.form == .option { line += " -r" }
        if !parameter.choices.isEmpty {
          line += " -a \(quoted(parameter.choices.joined(separator: " ")))"
        }
        if parameter.isFile { line += " -F" }
        line += " -d \(quoted(parameter.help))"
        lines.append(line)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Text in the single quotes of a shell.
  private static func quoted(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "'\\''" : String($0) }.joined() + "'"
  }
}
