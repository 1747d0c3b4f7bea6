import Foundation
import Testing

/// `nestwalk merge` as a user runs it.
@Suite("The command merge")
struct MergeCommandTests {
  private let small = ["merge", "--vms", "4", "--memory", "4M", "--seconds", "60"]

  @Test("The answer comes first, and no line is longer than 80 columns")
  func text() throws {
    for options in [[], ["--huge", "--kernel", "6.1"], ["--advisor", "--use-zero-pages"]] {
      let run = try CommandRun(small + options)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("4 VMs of 4M: after 60 s merging has given back "))
      #expect(run.lines.allSatisfy { $0.count <= 80 })
      #expect(run.lines.contains { $0.hasPrefix("  pages_sharing ") })
      #expect(run.output.contains("no measurement"))
    }
  }

  @Test("Digits stand in groups of three, as in other tables")
  func groups() throws {
    let run = try CommandRun(small)
    let rows = run.lines.prefix { $0 != "Assumptions:" }
    #expect(rows.contains { $0.contains("1,") })
    let isLong: (String) -> Bool = { $0.contains(/[0-9]{4}/) }
    #expect(!rows.contains(where: isLong), "\(rows)")
  }

  @Test("VMs that would boot for longer than can be counted are refused")
  func bootsOver() throws {
    let run = try CommandRun(small + ["--boots-over", "1e12"])
    #expect(run.status == 2 && run.errors.contains("10,000,000 seconds to boot"))
  }

  /// Of 4 times 1,000 pages: 200 zeros each, 300 of the image each.
  @Test("All that can be merged is, and the scanner's pace is its settings'")
  func json() throws {
    let run = try CommandRun([
      "merge", "--vms", "4", "--memory", "4000K", "--seconds", "60", "--samples", "6", "--json",
      "-", "--page-cost", "0", "--no-smart-scan",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(object["ceilingBytes"] as? Int == (800 - 1 + 3 * 300) * 4096)
    let samples = try #require(object["samples"] as? [[String: Any]])
    #expect(samples.count == 6)
    let counters = try samples.map { try #require($0["counters"] as? [String: Int]) }
    // 40 wake-ups go through all memory and one finds the end: scan k ends at (41k-1)·20 ms.
    #expect(counters.map { $0["full_scans"] } == [12, 24, 36, 48, 61, 73])
    let last = try #require(counters.last)
    // 800 pages of zeros take four copies; 300 contents have one each.
    #expect(last["pages_shared"] == 304)
    #expect(last["pages_sharing"] == 800 - 4 + 3 * 300)
    #expect(last["stable_node_chains"] == 1)
    #expect(last["stable_node_dups"] == 4)
    #expect(samples.last?["savedBytes"] as? Int == 1696 * 4096)
  }

  @Test("VMs that boot one after another are scanned as they come")
  func boots() throws {
    let run = try CommandRun(small + ["--boots-over", "60", "--samples", "4", "--json", "-"])
    #expect(run.status == 0, "\(run.errors)")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let samples = try #require(object["samples"] as? [[String: Any]])
    #expect(samples.map { $0["vms"] as? Int } == [2, 3, 4, 4])
    let saved = samples.compactMap { $0["savedBytes"] as? Int }
    #expect(saved == saved.sorted())
  }

  @Test("The same options give the same bytes")
  func deterministic() throws {
    let first = try CommandRun(small + ["--json", "-", "--images", "2"])
    #expect(first.status == 0)
    #expect(first.output == (try CommandRun(small + ["--json", "-", "--images", "2"])).output)
  }

  @Test("A script's counters come a line each")
  func script() throws {
    let script = """
      set smart_scan 0
      space 4     # and no more
      fill 0 0 3 7
      counters
      scan 2
      counters
      """
    let run = try CommandRun(["merge", "--script", "-"], input: script)
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.lines.last == """
        pages_shared=1 pages_sharing=2 pages_unshared=0 pages_volatile=0 pages_scanned=6 \
        pages_skipped=0 ksm_zero_pages=0 stable_node_chains=0 stable_node_dups=0 full_scans=2 \
        general_profit=8000
        """)
    let json = try CommandRun(["merge", "--script", "-", "--json", "-"], input: script)
    #expect(json.lines.count == 2)
    #expect(json.lines.last?.hasPrefix("{\"pages_shared\":1,\"pages_sharing\":2,") == true)
  }

  @Test("Options that describe a fleet have no use beside a script")
  func fleetBesideScript() throws {
    let run = try CommandRun(
      ["merge", "--script", "-", "--vms", "10", "--huge"], input: "scan 1\n")
    #expect(run.status == 2)
    #expect(run.errors.contains("“--vms” has no use with “--script”"), "\(run.errors)")
    #expect(run.errors.contains("“--huge” has no use with “--script”"))
  }

  @Test("Bad input is told with its place, all of it at once")
  func bad() throws {
    let run = try CommandRun(["merge", "--script", "-"], input: "space 4\nscan\n\nset speed 3\n")
    #expect(run.status == 2)
    #expect(run.errors.contains("<stdin>:2:5: the line ends; a number of scans"))
    #expect(run.errors.contains("<stdin>:4:5: “speed” is no setting"))
    let late = try CommandRun(["merge", "--script", "-"], input: "space 4\ndrop 1 0 1\n")
    #expect(late.status == 2)
    #expect(late.errors.contains("<stdin>:2:1: There is no space 1; there are 1."))
    let options = try CommandRun([
      "merge", "--zero", "80", "--common", "30", "--max-page-sharing", "1", "--advisor",
      "--kernel", "6.1",
    ])
    #expect(options.status == 2)
    #expect(options.errors.contains("100 % together at most"))
    #expect(options.errors.contains("“--max-page-sharing” must be at least 2"))
    #expect(options.errors.contains("Linux 6.1 has no advisor"))
  }
}
