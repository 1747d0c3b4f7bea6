import Console
import Paging
import Quantities
import Testing

@testable import NestwalkCommand

/// A command with a parameter of each form.
private struct Sample: Command, Equatable {
  var isLoud = false
  var count = 3
  var limit: Int?
  var sizes: [ByteSize] = []
  var shell = Shell.bash
  var file: FilePath?

  static let name = "sample"
  static let summary = "stand for all commands"
  static let examples = [CommandExample("nestwalk sample", "Does nothing.")]
  static let parameters: [Parameter<Self>] = [
    .flag("loud", \.isLoud, "Say it aloud"),
    .option("count", \.count, value: "N", "How often"),
    .option("limit", \.limit, value: "N", "How far"),
    .option("size", \.sizes, value: "SIZE", "How large"),
    .option("shell", \.shell, value: "SHELL", "In which shell"),
    .positional("FILE", \.file, "Where"),
  ]

  func problems() -> [String] { count > 9 ? ["“--count” is more than 9."] : [] }
  func run() throws(CommandFailure) -> Console.ExitStatus { .success }
}

@Suite("Arguments")
struct ArgumentParserTests {
  private func sample(_ arguments: String...) -> Sample? {
    if case .run(let sample) = ArgumentParser<Sample>.parse(arguments) { sample } else { nil }
  }

  private func problems(_ arguments: [String]) -> [String] {
    if case .wrong(let problems) = ArgumentParser<Sample>.parse(arguments) { problems } else { [] }
  }

  @Test("Without arguments the defaults stand")
  func defaults() {
    #expect(sample() == Sample())
  }

  @Test("Each form takes its value")
  func values() {
    let expected = Sample(
      isLoud: true, count: 5, limit: -2, sizes: [ByteSize(4096), ByteSize(1 << 31)], shell: .fish,
      file: FilePath("x"))
    #expect(
      sample(
        "--loud", "--count=5", "--limit", "-2", "--size", "4K", "x", "--size=2G", "--shell", "fish")
        == expected)
  }

  @Test("A dash alone is a name, and after two dashes everything is")
  func dashes() {
    #expect(sample("-")?.file?.isStandardStream == true)
    #expect(sample("--loud", "--", "--count")?.file == FilePath("--count"))
    #expect(sample("--", "--help")?.file == FilePath("--help"))
  }

  @Test("Help is given whatever else is wrong")
  func help() {
    for arguments in [["--help"], ["-h"], ["--nonsense", "--help"], ["--count", "x", "-h"]] {
      guard case .help = ArgumentParser<Sample>.parse(arguments) else {
        Issue.record("\(arguments) should ask for help")
        continue
      }
    }
  }

  @Test(
    "A size takes the letter of its unit, or the whole of it",
    arguments: [
      ("4096", 4096), ("4K", 4096), ("4KiB", 4096), ("2 MiB", 2 << 20), ("1 G", 1 << 30),
      ("4iB", nil), ("KiB", nil), ("1 ", nil), ("1  G", nil),
    ] as [(String, UInt64?)])
  func sizes(text: String, bytes: UInt64?) {
    #expect((try? ByteSize(argument: text))?.bytes == bytes)
  }

  @Test(
    "All problems are told at once, each with what would be right",
    arguments: [
      (["--luod"], ["There is no option “--luod”. Is “--loud” meant?"]),
      (["-x"], ["There is no option “-x”."]),
      (["--loud=yes"], ["“--loud” takes no value."]),
      (["--count"], ["“--count” needs a value: --count N."]),
      (["--count", "--loud"], ["“--count” needs a value: --count N."]),
      (["--count", "two"], ["“--count” is “two”: it must be an integer."]),
      (["--count", "1", "--count", "2"], ["“--count” is given twice."]),
      (["--count", "10"], ["“--count” is more than 9."]),
      (
        ["--size", "4X"],
        [
          "“--size” is “4X”: “X” is no unit; it must be a number of bytes such as 4K, 2MiB or 1G."
        ]
      ),
      (
        ["--size", "99999999999G"],
        ["“--size” is “99999999999G”: it must be at most 18446744073709551615 bytes."]
      ),
      (
        ["--shell", "bsah"],
        ["“--shell” is “bsah”: it must be “bash”, “zsh” or “fish”; is “bash” meant?"]
      ),
      (["a", "b"], ["“b” is one argument too many."]),
      ([""], ["“FILE” is “”: it must be the name of a file."]),
      (
        ["--cuont", "1", "--limit", "x", "--shell"],
        [
          "There is no option “--cuont”. Is “--count” meant?",
          "“--limit” is “x”: it must be an integer.",
          "“--shell” needs a value: --shell SHELL.",
        ]
      ),
    ])
  func wrong(arguments: [String], expected: [String]) {
    #expect(problems(arguments) == expected)
  }

  @Test("Help is made from the declaration")
  func helpText() {
    #expect(
      HelpPage.text(of: Sample.self, in: Program.self) == """
        nestwalk sample: stand for all commands

        Usage: nestwalk sample [OPTIONS] [FILE]

        Arguments:
          FILE  Where

        Options:
          --loud         Say it aloud
          --count N      How often (default: 3)
          --limit N      How far
          --size SIZE    How large; may be given several times
          --shell SHELL  In which shell: bash, zsh, fish (default: bash)
          --help         Show this help and stop

        Example:
          nestwalk sample
              Does nothing.

        """)
  }

  @Test("Addresses are hexadecimal or decimal")
  func addresses() {
    #expect(AddressArgument.parse("0x1F") == 31)
    #expect(AddressArgument.parse("31") == 31)
    #expect(AddressArgument.parse("18446744073709551615") == .max)
    for text in ["", "0x", "0x+1", "+1", "-1", "1f", "0x10000000000000000", " 1"] {
      #expect(AddressArgument.parse(text) == nil, "\(text)")
    }
  }

  @Test("A memory is a file and a base")
  func memories() throws {
    let memory = try MemoryArgument(argument: "a@b@0x10")
    #expect(memory.path == "a@b")
    #expect(memory.base.value == 16)
    for text in ["", "a", "@0", "a@", "a@x"] {
      #expect(throws: ArgumentValueError.self) { try MemoryArgument(argument: text) }
    }
  }
}
