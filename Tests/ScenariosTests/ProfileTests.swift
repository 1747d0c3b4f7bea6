import Costs
import Foundation
import Scenarios
import Testing

@Suite("Cost profiles as files")
struct ProfileTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/Scenarios/Profile/Shipped")

  private func read(_ text: String) throws(DocumentError) -> CostProfile {
    try CostProfile.document.read(Array(text.utf8), file: "mine.yaml")
  }

  private func problems(_ text: String) -> [String] {
    do throws(DocumentError) {
      _ = try read(text)
      return []
    } catch {
      return error.lines
    }
  }

  /// A profile of one's own that stands on a shipped one.
  private func profile(_ components: String, base: String = "base: textbook-x86-64\n") -> String {
    "profile: mine\nmachine: a machine\narchitecture: x86-64\n\(base)components:\n\(components)"
  }

  @Test("what comes with the program are the files of the folder, byte for byte")
  func embedded() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(ShippedProfiles.files.map(\.name).sorted() == names.sorted())
    for file in ShippedProfiles.files {
      let bytes = try Data(contentsOf: Self.folder.appendingPathComponent(file.name))
      #expect(file.text == [UInt8](bytes), "\(file.name)")
    }
  }

  @Test("each shipped profile has a price for each component, with a row or a reason")
  func complete() {
    for (profile, name) in zip(ShippedProfiles.all, ShippedProfiles.names) {
      #expect(profile.name == name)
      #expect(profile.components == Component.allCases)
      for component in Component.allCases {
        guard let source = profile[component]?.source else { continue }
        if let row = source.row {
          #expect(row.wholeMatch(of: /[A-Z][0-9]+/) != nil, "\(name), \(component): \(row)")
        } else {
          #expect(source.grade == .assumed && !source.note.isEmpty, "\(name), \(component)")
        }
      }
    }
    for architecture in CostProfile.Architecture.allCases {
      #expect(ShippedProfiles.textbook(architecture).architecture == architecture)
    }
  }

  @Test("each row that a price names is in the documentation's table of rows")
  func rows() throws {
    let root = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = try String(
      contentsOf: root.appendingPathComponent("Docs/Costs.md"), encoding: .utf8)
    let listed = page.matches(of: /\n\| ([A-Z][0-9]+) \|/).map { String($0.output.1) }
    let notes = ShippedProfiles.all.flatMap { profile in
      Component.allCases.compactMap { profile[$0]?.source }
    }
    var named = Set(notes.compactMap(\.row))
    for note in notes.map(\.note) {
      named.formUnion(note.matches(of: /\b[XPZDKSU][0-9]\b/).map { String($0.output) })
    }
    #expect(named.filter { !$0.hasPrefix("F") }.allSatisfy { listed.contains($0) })
  }

  @Test("a profile that is written is read back as it was")
  func roundTrip() throws {
    for profile in ShippedProfiles.all {
      #expect(try read(NodeWriter.write(profile.node)) == profile)
    }
  }

  @Test("a base stands in for what is left out, as another machine's figures")
  func base() throws {
    let text = profile("  exit: {likely: 300 ns, low: 250 ns, grade: calibrated, row: perf}\n")
    let mine = try read(text)
    let textbook = ShippedProfiles.textbook(.x86)
    #expect(mine[.exit]?.low == 250_000_000 && mine[.exit]?.high == 300_000_000)
    #expect(mine[.exit]?.source.grade == .calibrated)
    #expect(mine[.entry]?.likely == textbook[.entry]?.likely)
    #expect(mine[.entry]?.source.grade == .textbook)
    #expect(mine[.networkRequest]?.source.grade == .borrowed)
    #expect(mine[.nestedSwitch]?.source.note.hasSuffix("from textbook-x86-64") == true)
    #expect(mine.components == Component.allCases)
    let other = try read(text.replacingOccurrences(of: "textbook-x86-64", with: "xeon-8269cy"))
    // What was read of that machine is another's for this one.
    #expect(other[.entry]?.source.grade == .borrowed)
  }

  @Test(
    "bad prices are refused at their place, all at once",
    arguments: [
      ("  exit: {likely: -1 us, grade: read, row: X4}", "7", "“likely” is “-1 us”"),
      ("  exit: {likely: 1 us, low: 2 us, grade: read, row: X4}", "7", "“low” is “2 us”"),
      ("  exit: {likely: 3 us, high: 2 us, grade: read, row: X4}", "7", "“high” is “2 us”"),
      ("  exits: {likely: 1 us, grade: read, row: X4}", "7", "is “exit” meant?"),
      ("  exit: {likely: 1 us, grade: read}", "7", "“row” is left out"),
      ("  exit: {likely: 1 us, grade: assumed}", "7", "“note” is left out"),
      ("  exit: {likely: 1 us, grade: measured, row: X4}", "7", "“grade” is “measured”"),
      ("  exit: {likely: 5 s, grade: read, row: X4}", "7", "it must be from 0 fs to"),
      ("  exit: {likely: 1, grade: read, row: X4}", "7", "it must have a unit"),
      ("  exit: {grade: read, row: X4}", "7", "“likely” is missing"),
    ])
  func refused(_ line: String, _ number: String, _ words: String) {
    let good = "\n  entry: {likely: 1 us, grade: read, row: X4}\n"
    let lines = problems(profile("  # one's own\n" + line + good))
    #expect(lines.count == 1, "\(lines)")
    #expect(lines.first?.hasPrefix("mine.yaml:\(number):") == true, "\(lines)")
    #expect(lines.first?.contains(words) == true, "\(lines)")
  }

  @Test("what a terminal would not show as it stands is refused, and told in plain letters")
  func names() {
    let rest = "machine: m\narchitecture: x86-64\nbase: xeon-8269cy\ncomponents: {}\n"
    for (name, words) in [
      (#""a\e[31mb""#, #"“profile” is “a\u{1B}[31mb”; it must be one line"#),
      (#""a\nb""#, "it must be one line"), (#""\x9b""#, #"“\u{9B}”"#),
      (String(repeating: "x", count: 41), "at most 40 characters"),
    ] {
      let lines = problems("profile: \(name)\n" + rest)
      #expect(lines.count == 1 && lines[0].contains(words), "\(lines)")
    }
    #expect(problems("profile: é — 8269CY\n" + rest) == [])
  }

  @Test("components that are missing are all named, where there is no base")
  func missing() {
    let all = Component.allCases.filter { $0 != .lock && $0 != .pin }
      .map { "  \($0.name): {likely: 1 ns, grade: read, row: X4}\n" }.joined()
    #expect(problems(profile(all)) == [])
    let lines = problems(profile(all, base: ""))
    #expect(lines.count == 1)
    #expect(lines.first?.contains("it must also have “lock” and “pin”, or “base”") == true)
    #expect(lines.first?.hasPrefix("mine.yaml:5:") == true)
  }

  @Test("a base of another architecture, or one that there is not, is refused")
  func foreignBase() {
    let exit = "  exit: {likely: 1 us, grade: read, row: X4}\n"
    let foreign = problems(profile(exit, base: "base: kunpeng-920\n"))
    #expect(foreign == ["mine.yaml:4:7: “base” is “kunpeng-920”; it must be a profile of x86-64"])
    let absent = problems(profile(exit, base: "base: xeon-8269\n"))
    #expect(absent.count == 1 && absent[0].contains("is “xeon-8269cy” meant?"))
  }
}
