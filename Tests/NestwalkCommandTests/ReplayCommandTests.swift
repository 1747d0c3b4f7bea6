import Foundation
import Testing

/// `nestwalk replay` as a user runs it.
@Suite("The command replay")
struct ReplayCommandTests {
  /// Bélády's sequence.
  private let sequence = "1\n2\n3\n4\n1\n2\n5\n1\n2\n3\n4\n5\n"

  @Test("Bélády's sequence, under every policy")
  func text() throws {
    let run = try CommandRun(["replay", "-", "--frames", "3,4"], input: sequence)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.first == "<stdin>: 12 references to 5 pages (format pages).")
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.lines.contains { $0.hasPrefix("fifo               3             9   75.000") })
    #expect(run.lines.contains { $0.hasPrefix("fifo               4            10   83.333") })
    #expect(run.lines.count == 2 + 14 * 2 + 1)
    let one = try CommandRun(["replay", "-", "--frames", "3"], input: sequence)
    #expect(one.output.contains("With 3 frames "))
  }

  private func misses(_ options: [String]) throws -> [Int] {
    let run = try CommandRun(["replay", "-", "--json", "-"] + options, input: sequence)
    #expect(run.status == 0, "\(run.errors)")
    return try run.lines.map { line in
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["references"] as? Int == 12)
      return try #require(object["misses"] as? Int)
    }
  }

  @Test("JSON has an object a line, in the order of policies and numbers of frames")
  func json() throws {
    #expect(try misses(["--policy", "lru,fifo,opt", "--frames", "3-4"]) == [10, 8, 9, 10, 7, 6])
    #expect(try misses(["--policy", "clock", "--frames", "3,4"]) == [10, 8])
    let set = ["--policy", "clock", "--frames", "3,4", "--clock-load", "set"]
    #expect(try misses(set) == [9, 10])
    #expect(try misses(["--policy", "lru", "--frames", "1-5:2,2-4:x2,1"]) == [12, 10, 5, 12, 8])
    let run = try CommandRun(
      ["replay", "-", "--policy", "lru", "--frames", "3", "--json", "-"], input: sequence)
    #expect(run.output.hasPrefix(#"{"policy":"lru","frames":3,"references":12,"misses":10,"#))
  }

  @Test("One pass counts what replays count")
  func curve() throws {
    let options = ["--policy", "lru,opt,ws,lfu", "--lfu-counts", "all"]
    let frames = ["--frames", "1-6"]
    #expect(try misses(options + frames + ["--curve"]) == misses(options + frames))
    #expect(try misses(["--policy", "lru", "--curve"]) == [12, 12, 8, 5])
    let csv = try CommandRun(
      ["replay", "-", "--policy", "lru", "--curve", "--csv", "-"], input: sequence)
    #expect(csv.lines.count == 5)
    #expect(csv.lines.last == "lru,5,12,5,0.4166666666666667,5,,,")
  }

  @Test("Every format is the same references")
  func formats() throws {
    let folder = try TemporaryFolder()
    let pages = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5]
    try folder.write(pages.flatMap { [UInt8($0), 0, 0, 0] }, to: "trace.u32")
    let texts = [
      "pages": sequence,
      "lackey": "==7== Lackey\n" + pages.map { " L \($0)00f,8\n" }.joined(),
      "perf-mem": "# PID, TID, IP, ADDR, LOCAL WEIGHT, DSRC, SYMBOL\n"
        + pages.map { "1 1 0x10 0x\($0)abc 7 0x68100142 a\n" }.joined(),
      "addresses": pages.map { "0x\($0)fff\n" }.joined(),
    ]
    for (name, text) in texts { try folder.write(Array(text.utf8), to: "\(name).txt") }
    let options = ["--policy", "all", "--frames", "3-4", "--json", "-"]
    let expected = try CommandRun(["replay", folder.path("trace.u32")] + options)
    #expect(expected.status == 0, "\(expected.errors)")
    #expect(expected.lines.count == 28)
    for name in texts.keys.sorted() {
      let run = try CommandRun(["replay", folder.path("\(name).txt")] + options)
      #expect(run.errors == "")
      #expect(run.output == expected.output, "\(name)")
      let told = try CommandRun(
        ["replay", folder.path("\(name).txt"), "--format", name] + options)
      #expect(told.output == expected.output, "\(name)")
    }
    let hexadecimal = try CommandRun(
      ["replay", "-", "--format", "pages"] + options,
      input: pages.map { "0x\($0)\n" }.joined())
    #expect(hexadecimal.output == expected.output)
  }

  @Test("Writes make evictions dirty")
  func writes() throws {
    let run = try CommandRun(
      ["replay", "-", "--policy", "fifo", "--frames", "1"], input: "1 w\n2 r\n1\n3 W\n4\n")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.first == "<stdin>: 5 references to 4 pages, 2 of them writes (format pages).")
    let cells = run.lines.last?.split(separator: " ").map(String.init)
    #expect(cells == ["fifo", "1", "5", "100.000", "2", "2"])
    let json = try CommandRun(
      ["replay", "-", "--policy", "opt", "--frames", "1", "--json", "-"], input: "1 w\n2\n3 w\n")
    #expect(json.output.contains(#""evictions":2,"cleanEvictions":1,"dirtyEvictions":1"#))
  }

  @Test("Bad input is a sentence")
  func bad() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 0, 0, 0, 2], to: "broken.u32")
    try folder.write([], to: "empty.u32")
    let cases: [(arguments: [String], input: String, text: String)] = [
      // What is refused before the trace is read has no reader for it.
      (["-", "--frames", "0"], "", "it must be numbers from 1 to 4000000000"),
      (["-", "--frames", "5000000000"], "", "it must be numbers from 1 to 4000000000"),
      (["-", "--frames", "9-3"], "", "ranges such as 1-10"),
      (["-", "--frames", "1-2000000"], "", "at most"),
      (["-"], "", "“--frames” is missing"),
      (["-", "--frames", "3", "--policy", "lru,arch"], "", "is “arc” meant?"),
      (["-", "--frames", "3", "--window", "0"], "", "“--window” is 0"),
      (["-", "--frames", "3", "--page-size", "3000"], "", "must be a power of two"),
      (["-", "--frames", "3", "--json", "-", "--csv", "-"], "", "can't both be “-”"),
      (["-", "--frames", "3"], "", "<stdin> holds no reference."),
      (["-", "--frames", "3"], "1\n-2\nx\n", "<stdin>:2:1: Here is “-2”: "),
      (["-", "--frames", "3"], "1\n-2\nx\n", "<stdin>:3:1: Here is “x”: "),
      (["-", "--frames", "3"], "1 q\n", "<stdin>:1:"),
      (["-", "--frames", "3"], "99999999999999999999\n", "<stdin>:1:1: "),
      ([folder.path("broken.u32"), "--frames", "3"], "", "has 5 bytes: it must have 4 for each"),
      ([folder.path("empty.u32"), "--frames", "3"], "", "holds no reference."),
      ([folder.path("none.txt"), "--frames", "3"], "", "can't be opened"),
      ([folder.path(""), "--frames", "3"], "", "can't be read"),
    ]
    for (arguments, input, text) in cases {
      let run = try CommandRun(["replay"] + arguments, input: input)
      #expect(run.status == 2, "\(arguments)")
      #expect(run.errors.contains(text), "\(arguments): \(run.errors)")
      #expect(run.output == "")
    }
  }
}
