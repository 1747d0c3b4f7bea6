import Foundation
import Testing

/// `nestwalk tlb` as a user runs it.
@Suite("The command tlb")
struct TLBCommandTests {
  private let small = ["--footprint", "16M", "--accesses", "2000", "--warm-up", "100"]

  private func json(_ arguments: [String], input: String = "") throws -> [String: Any] {
    let run = try CommandRun(["tlb", "--json", "-"] + arguments, input: input)
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    return try #require(object as? [String: Any])
  }

  private func outcomes(_ arguments: [String], input: String = "") throws -> [[String: Any]] {
    try #require(try json(arguments, input: input)["outcomes"] as? [[String: Any]])
  }

  @Test("The answer comes first, and no line is longer than 80 columns")
  func text() throws {
    let run = try CommandRun(["tlb", "--work", "20"] + small)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("Random accesses over 16M on "))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.lines.contains { $0.hasPrefix("guest's pages    bare metal") })
    #expect(run.output.contains("Assumptions:"))
    #expect(run.output.contains("assumed"))
  }

  @Test("Every pair of sizes has an outcome, bare metal before each size of the guest's")
  func pairs() throws {
    let outcomes = try outcomes(small)
    #expect(outcomes.count == 12)
    #expect(outcomes[0]["hostPageBytes"] == nil)
    #expect(outcomes.allSatisfy { $0["accesses"] as? Int == 2000 })
    for outcome in outcomes {
      let answered = ["firstLevelHits", "secondLevelHits", "misses"]
        .compactMap { outcome[$0] as? Int }
      #expect(answered.reduce(0, +) == 2000)
    }
    let chosen = try self.outcomes(small + ["--guest-page", "2M", "--host-page", "4K"])
    #expect(chosen.count == 2)
    #expect(chosen[1]["guestPageBytes"] as? Int == 2 << 20)
    #expect(chosen[1]["hostPageBytes"] as? Int == 4096)
  }

  @Test("What walks read and what caches saved are the reads of walks without caches")
  func savings() throws {
    for outcome in try outcomes(small + ["--pattern", "zipf"]) {
      let savings = try #require(outcome["savings"] as? [String: [String: Int]])
      let saved = savings.values.compactMap { $0["reads"] }.reduce(0, +)
      let reads = try #require(outcome["reads"] as? Int)
      let misses = try #require(outcome["misses"] as? Int)
      let uncached = try #require(outcome["uncachedReadsPerMiss"] as? Int)
      #expect(reads + saved == misses * uncached)
    }
  }

  @Test("Formats of each architecture", arguments: ["x86-5", "arm-s1-16k", "arm-s1-64k", "sv48"])
  func formats(format: String) throws {
    let outcomes = try outcomes(small + ["--guest", format])
    #expect(outcomes.count >= 6)
    #expect(outcomes.contains { ($0["misses"] as? Int ?? 0) > 0 })
  }

  @Test("The same options give the same bytes", arguments: ["zipf", "chase", "stride"])
  func deterministic(pattern: String) throws {
    let arguments = ["tlb", "--json", "-", "--pattern", pattern, "--writes", "30"] + small
    let first = try CommandRun(arguments)
    #expect(first.status == 0)
    #expect(first.output == (try CommandRun(arguments)).output)
  }

  @Test("A recorded trace is made as it stands")
  func trace() throws {
    let trace = """
      ==7== Lackey, an example Valgrind tool
      I  04000cc0,3
       L 1ffeffe7e0,8
       S 1ffeffeffc,8

      """
    let arguments = ["--trace", "-", "--guest-page", "4K", "--host-page", "4K"]
    let report = try json(arguments, input: trace)
    #expect((report["accesses"] as? [String: Any])?["traceFormat"] as? String == "lackey")
    let outcomes = try #require(report["outcomes"] as? [[String: Any]])
    // The last access crosses into a second page.
    #expect(outcomes[1]["accesses"] as? Int == 4)
    #expect(outcomes[1]["misses"] as? Int == 3)
  }

  @Test(
    "What is wrong with a trace is told with its place",
    arguments: [
      (" L 1000,4\n L zz,4\n", "<stdin>:2:4: ", "hexadecimal"),
      ("# nothing\n", "<stdin> ", "no access"),
      ("0x1000\n0x4000000000000000\n", "<stdin>:", "0x4000000000000000"),
    ])
  func badTrace(input: String, place: String, part: String) throws {
    let run = try CommandRun(["tlb", "--trace", "-"], input: input)
    #expect(run.status == 2)
    #expect(run.output == "")
    #expect(run.errors.contains(place))
    #expect(run.errors.contains(part))
  }

  @Test(
    "Options that don't go together are refused",
    arguments: [
      (["--pattern", "zip"], "is “zipf” meant?"),
      (["--core", "none-such"], "it must be “"),
      (["--guest", "sv39", "--host", "ept4"], "of one architecture"),
      (["--guest-page", "8K"], "has pages of"),
      (["--trace", "x", "--seed", "3"], "leave out “--trace”"),
      (["--trace-format", "lackey"], "needs “--trace”"),
      (["--footprint", "1"], "holds no element"),
      (["--stride", "100", "--pattern", "stride"], "multiple"),
      (["--accesses", "0"], "at least one"),
      (["--accesses", "9223372036854775807"], "1000000000000 at most"),
      (["--measured", "5"], "needs “--seconds”"),
      (["--seconds", "5"], "need “--measured”"),
      (["--clock", "2"], "need “--measured”"),
      (["--exponent", "2"], "needs “--pattern zipf”"),
      (["--stride", "64", "--pattern", "zipf"], "needs “--pattern stride”"),
      (["--json", "-", "--svg", "-"], "can't both be"),
      (["--exponent", "x"], "0.99"),
      (["--footprint", "18446744073709551615"], "more than 8 GiB"),
      (["--footprint", "100T"], "take larger pages"),
      (["--json", "same", "--svg", "same"], "“same”"),
      (["--trace", "same", "--json", "same"], "“--trace” and “--json”"),
    ])
  func refused(arguments: [String], part: String) throws {
    let run = try CommandRun(["tlb"] + arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(part), "\(run.errors)")
  }

  @Test("Misses that a machine has counted are priced")
  func measured() throws {
    let arguments = [
      "--measured", "12234567", "--miss-cycles", "100", "--clock", "3", "--seconds", "5.1",
    ]
    let report = try json(small + arguments)
    let measured = try #require(report["measured"] as? [String: Any])
    #expect(measured["cycles"] as? Double == 1_223_456_700)
    #expect(((measured["seconds"] as? Double ?? 0) * 10000).rounded() == 4078)
    let run = try CommandRun(["tlb"] + small + arguments)
    #expect(run.output.contains("0.4078 s"))
  }

  @Test("The drawing is whole, with a bar for each outcome")
  func drawing() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(["tlb", "--svg", folder.path("bars.svg")] + small)
    #expect(run.status == 0)
    let text = String(decoding: try folder.read("bars.svg"), as: UTF8.self)
    #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
    // One for the paper.
    #expect(text.components(separatedBy: "<rect ").count - 1 == 13)
    #expect(folder.names == ["bars.svg"])
  }

  @Test("A bad line of a trace is named, and shown without what a terminal would obey")
  func traceLines() throws {
    let folder = try TemporaryFolder()
    for (text, part) in [
      ("1000\n\n800000000000\n1000\n", ":3:1: with pages of 4K on bare metal: 0x800000000000"),
      ("1000\n\u{1b}[31m\n", ":2:1: Here is “\u{fffd}[31m”"),
    ] {
      let path = folder.path("trace.txt")
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let run = try CommandRun(["tlb", "--trace", path])
      #expect(run.status == 2)
      #expect(run.errors.contains(part), "\(run.errors)")
    }
  }
}
