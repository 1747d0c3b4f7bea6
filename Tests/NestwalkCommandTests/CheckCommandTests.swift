import Foundation
import Records
import Testing

/// `nestwalk check` and `nestwalk schema` as a user runs them.
@Suite("The check command")
struct CheckCommandTests {
  private static let profile = """
    profile: mine
    machine: my machine
    architecture: x86-64
    base: textbook-x86-64
    components:
      exit: {likely: 1 us, grade: assumed, note: a guess}

    """

  @Test("A sound file is named with its kind, and others in the order of their problems")
  func files() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(Self.profile.utf8), to: "good.yaml")
    let bad = Self.profile.replacingOccurrences(of: "1 us", with: "1")
      .replacingOccurrences(of: "my machine", with: "")
    try folder.write(Array(bad.utf8), to: "bad.yaml")
    let run = try CommandRun(["check", "bad.yaml", "good.yaml", "none.yaml"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.output == "good.yaml: a cost profile\n")
    #expect(
      run.errors == """
        bad.yaml:2:9: “machine” has no value; it must be a text
        bad.yaml:6:18: “likely” is “1”; it must have a unit, such as 83 ps, 350 ns or 6.2 us
        none.yaml can't be opened: No such file or directory.

        """)
    let good = try CommandRun(["check", "good.yaml"], in: folder.url)
    #expect(good.status == 0)
    #expect(good.errors == "")
  }

  @Test("Standard input is a file, and overrides are a part of it")
  func overrides() throws {
    let sound = try CommandRun(
      ["check", "-", "--set", "components.exit.likely=2us", "--set", "clock=2 GHz"],
      input: Self.profile)
    #expect(sound.status == 0)
    #expect(sound.output == "<stdin>: a cost profile\n")
    let wrong = try CommandRun(
      ["check", "-", "--set", "clock=2", "--set", "clok=2 GHz"], input: Self.profile)
    #expect(wrong.status == 2)
    #expect(
      wrong.errors == """
        <stdin>: --set clock=2: “clock” is “2”; it must have a unit, such as 2.5 GHz or 800 MHz
        <stdin>: --set clok=2 GHz: a cost profile has no “clok”; is “clock” meant?

        """)
  }

  @Test("What is no override is refused before a file is read")
  func refused() throws {
    let run = try CommandRun(["check", "none", "--set", "clock"])
    #expect(run.status == 2)
    #expect(run.errors.contains("“--set” is “clock”: it must be a path and a value, such as"))
    #expect(try CommandRun(["check"]).status == 2)
  }

  @Test("The schema is JSON")
  func schema() throws {
    let run = try CommandRun(["schema"])
    #expect(run.status == 0)
    var reader = JSONReader(Array(run.output.utf8))
    try reader.skip()
    try reader.finish()
  }
}
