import Foundation
import Hypervisor
import Testing

/// The plays that `Docs/Nested.md` prints are those of the machine.
@Suite("Docs/Nested.md") struct NestedDocumentTests {
  @Test("The tables of the published case are played", arguments: NestingScheme.allCases)
  func plays(scheme: NestingScheme) throws {
    var machine = try NestedMachine(scheme)
    let table = Self.table(try machine.touch())
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "Docs/Nested.md"), encoding: .utf8)
    #expect(page.contains(table), "The play of \(scheme) is now:\n\(table)")
  }

  /// A play as a table of Markdown, with the switches and exits numbered.
  static func table(_ play: NestedPlay) -> String {
    var lines = [
      "| who | what | switch to | switches | exits |", "| --- | --- | --- | --- | --- |",
    ]
    var switches = 0
    var exits = 0
    for step in play.steps {
      var columns = ["\(step.actor)", "\(step.act)", "", "", ""]
      if let next = step.next, step.isSwitch {
        switches += 1
        columns[2] = "\(next)"
        columns[3] = "\(switches)"
      }
      if step.isExit {
        exits += 1
        columns[4] = "\(exits)"
      }
      lines.append("| " + columns.joined(separator: " | ") + " |")
    }
    return lines.joined(separator: "\n")
  }
}
