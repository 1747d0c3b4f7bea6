import Console
import Foundation
import Testing

@testable import NestwalkCommand

@Suite("Completions and manual page")
struct ShellTests {
  /// Runs a program of the system on some input; nothing where it isn't installed.
  private func run(_ program: String, _ arguments: [String]) throws -> (Int32, String)? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(
      decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    // What env says of a program that isn't there.
    return process.terminationStatus == 127 ? nil : (process.terminationStatus, text)
  }

  private func completed(_ words: String...) throws -> [String]? {
    let folder = try TemporaryFolder()
    try folder.write(Array(Shell.bash.completions(of: Program.commands).utf8), to: "script")
    let list = words.map { "'\($0)'" }.joined(separator: " ")
    let script = """
      cd '\(folder.url.path)'; source ./script; COMP_WORDS=(nestwalk \(list)); COMP_CWORD=\(words.count)
      _nestwalk; printf '%s\\n' "${COMPREPLY[@]}"
      """
    return try run("bash", ["-c", script]).map { status, text in
      #expect(status == 0)
      return text.split(separator: "\n").map(String.init)
    }
  }

  @Test("Bash completes commands, options, values and files")
  func bash() throws {
    guard let commands = try completed("t") else { return }
    #expect(commands == ["translate", "tlb"])
    #expect(try completed("--v") == ["--version"])
    #expect(try completed("walk", "--guest-") == ["--guest-page"])
    #expect(try completed("walk", "--guest", "sv") == ["sv39", "sv48", "sv57"])
    #expect(try completed("walk", "--host", "npt") == ["npt4", "npt5"])
    #expect(try completed("walk", "--svg", "scr") == ["script"])
    #expect(try completed("translate", "scr") == ["script"])
    #expect(try completed("completions", "f") == ["fish"])
    #expect(try completed("translate", "--explain", "") == [])
  }

  @Test("Every shell accepts its script", arguments: Shell.allCases)
  func syntax(shell: Shell) throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(shell.completions(of: Program.commands).utf8), to: "script")
    guard let (status, text) = try run(shell.rawValue, ["-n", folder.path("script")]) else {
      return
    }
    #expect(status == 0, "\(text)")
  }

  @Test("Every script names every option", arguments: Shell.allCases)
  func complete(shell: Shell) {
    let script = shell.completions(of: Program.commands)
    for command in Program.commands {
      for declaration in command.declarations where declaration.form != .positional {
        let spelling = shell == .fish ? "-l \(declaration.name)" : "--\(declaration.name)"
        #expect(script.contains(spelling), "\(command.name) \(spelling)")
      }
    }
  }

  @Test("The manual page has every command and option, and only requests of man(7)")
  func manual() throws {
    let page = try CommandRun(["manual"])
    #expect(page.status == 0)
    #expect(page.lines.first?.hasPrefix(".TH NESTWALK 1 ") == true)
    let requests = [".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".nf", ".fi"]
    for line in page.lines where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(requests.contains { line == $0 || line.hasPrefix($0 + " ") }, "\(line)")
    }
    for command in Program.commands {
      let shown = command.name.replacingOccurrences(of: "-", with: "\\-")
      #expect(page.output.contains(".SS nestwalk \(shown) "))
      for declaration in command.declarations where declaration.form != .positional {
        let name = declaration.name.replacingOccurrences(of: "-", with: "\\-")
        #expect(page.output.contains("\n.B \\-\\-\(name)"), "\(declaration.name)")
      }
    }
  }
}
