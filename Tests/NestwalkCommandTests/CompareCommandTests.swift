import Foundation
import Testing

/// `nestwalk compare` as a user runs it.
@Suite("The command compare")
struct CompareCommandTests {
  private let small = ["--memory", "16M", "--pages", "100"]

  @Test(
    "Every workload is a table of 80 columns",
    arguments: ["first-touch", "cold-resume", "cow-storm", "dirty-log", "mmio", "nested"])
  func text(_ workload: String) throws {
    let run = try CommandRun(["compare", workload] + small)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.allSatisfy { $0.count <= 80 && $0.last != " " })
    for row in [
      "faults", "  cascade", "time of a fault, µs", "uses by a fault", "total", "at low prices",
      "ratio to the first", "weakest",
    ] {
      #expect(run.lines.contains { $0.hasPrefix(row) }, "\(row)")
    }
    #expect(run.output == (try CommandRun(["compare", workload] + small)).output)
  }

  @Test("Without arguments the three ISAs touch new pages")
  func standard() throws {
    let run = try CommandRun(["compare"] + small)
    #expect(
      run.lines.contains { $0.contains("textbook-x86-64") && $0.contains("textbook-riscv64") })
    let missing = try #require(run.lines.first { $0.hasPrefix("  missing") })
    #expect(missing.split(separator: " ").map(String.init) == ["missing", "100", "100", "100"])
  }

  @Test("Table reads are those of the walks that arrive, and apart from them of those that stop")
  func reads() throws {
    let run = try CommandRun(["compare"] + small)
    let reads = try #require(run.lines.first { $0.hasPrefix("reads by last walks") })
    // Each access has one walk that arrives, of 24 reads for four levels over four.
    #expect(reads.split(separator: " ").suffix(3) == ["2,400", "2,400", "1,500"])
    let stopped = try #require(run.lines.first { $0.hasPrefix("reads of stopped walks") })
    // Those had found the page's address and looked for the page; the first in a table above the last.
    #expect(stopped.split(separator: " ").suffix(3) == ["2,399", "2,399", "1,499"])
    let help = try CommandRun(["compare", "--help"])
    let words = help.output.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(words.contains("reads of stopped walks are those that walks had made when a fault"))
  }

  @Test(
    "A fault's parts add up to its time, to the last digit",
    arguments: ["first-touch", "cold-resume", "cow-storm", "dirty-log", "mmio", "nested"])
  func parts(_ workload: String) throws {
    let run = try CommandRun(
      ["compare", workload, "--profile", "xeon-8269cy", "--backing", "2M"] + small)
    let start = try #require(run.lines.firstIndex { $0.hasPrefix("time of a fault, ") })
    let rows = run.lines[(start + 1)...].prefix { $0.hasPrefix("  ") }
    let total = try columns(String(run.lines[start].dropFirst("time of a fault, µs".count)))
    #expect(rows.count > 4 && !total.isEmpty)
    var sums = total.map { _ in 0 }
    for row in rows {
      let cells = try columns(String(row.drop { $0 == " " }.drop { $0 != " " }))
      for (place, cell) in cells.enumerated() { sums[place] += cell }
    }
    #expect(sums == total)
  }

  /// The columns of times, in thousandths.
  private func columns(_ text: String) throws -> [Int] {
    try text.split(separator: " ").map { cell in
      if cell == "-" { return 0 }
      return try #require(Int(cell.filter { $0.isNumber }), "\(text)")
    }
  }

  @Test("Memory that is populated before leaves the faults that its depth says")
  func populated() throws {
    for (depth, faults) in [("process", "100"), ("reading", "100"), ("writing", "0")] {
      let run = try CommandRun(["compare", "--populate", depth, "--host", "ept4"] + small)
      #expect(run.status == 0, "\(run.errors)")
      let row = try #require(run.lines.first { $0.hasPrefix("faults") })
      #expect(row.split(separator: " ").last == Substring(faults), "\(depth)")
      #expect(run.lines.contains { $0.hasPrefix("populating before") })
    }
    let batch = try CommandRun(["compare", "--batch", "32", "--host", "ept4"] + small)
    let row = try #require(batch.lines.first { $0.hasPrefix("faults") })
    #expect(row.split(separator: " ").last == "4")
  }

  @Test("The lines of the CSV add up to the totals of the JSON")
  func sums() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("bill.csv")
    let run = try CommandRun(["compare", "--json", "-", "--csv", path] + small)
    #expect(run.status == 0, "\(run.errors)")
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    let machines = try #require((object as? [String: Any])?["machines"] as? [[String: Any]])
    #expect(machines.count == 3)
    let rows = try #require(String(bytes: folder.read("bill.csv"), encoding: .utf8))
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(rows[0][6] == "likely_fs" && rows.allSatisfy { $0.count == 10 })
    for machine in machines {
      let name = try #require(machine["profile"] as? String)
      let sum = rows.filter { $0[0] == name }.compactMap { Double($0[6]) }.reduce(0, +)
      let cost = try #require(machine["cost"] as? [String: Double])
      #expect(try #require(cost["likelyNanoseconds"]) == sum / 1e6)
      #expect(sum > 0)
      let stopped = try #require(
        rows.first { $0[0] == name && $0[2] == "stopped walk" && $0[3] == "tableRead" })
      let reads = try #require(machine["tableReadsOfStoppedWalks"] as? Int)
      #expect(reads > 0 && Int(stopped[4]) == reads)
      let price = try #require(machine["costOfStoppedWalks"] as? [String: Double])
      #expect(price["likelyNanoseconds"] == Double(stopped[6]).map { $0 / 1e6 })
    }
  }

  @Test("Profiles, formats and files choose the columns")
  func columns() throws {
    let folder = try TemporaryFolder()
    #expect(
      try CommandRun(["profiles", "xeon-8269cy", "--yaml", folder.path("mine.yaml")]).status == 0)
    let run = try CommandRun(
      [
        "compare", "--profile", folder.path("mine.yaml"), "--profile", "ampere-altra", "--host",
        "npt4", "--host", "arm-s2-4k",
      ] + small)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.contains { $0.hasPrefix("tables") && $0.contains("x86-4/npt4") })
    let five = try CommandRun(["compare", "--host", "ept5"] + small)
    #expect(five.lines.contains { $0.hasPrefix("tables") && $0.contains("x86-5/ept5") })
    #expect(!five.output.contains("arm64"))
    let granules = try CommandRun(
      ["compare", "cold-resume", "--guest", "arm-s1-4k", "--guest", "arm-s1-64k"] + small)
    #expect(granules.status == 0, "\(granules.errors)")
    #expect(granules.lines.contains { $0.contains("arm-s1-64k/") })
    #expect(!granules.output.contains("x86-4"))
    let elsewhere = try CommandRun(["compare", "--host", "ept4", "--guest", "sv39"])
    #expect(elsewhere.status == 2 && elsewhere.errors.contains("no machine is of that"))
  }

  @Test(
    "What can't be compared is refused",
    arguments: [
      (["--backing", "8K"], "it must be 4K, 2M or 1G"),
      (["--pages", "0"], "there must be one"),
      (["--memory", "3M"], "it must be a multiple of 2 MiB"),
      (["--profile", "kunpeng-920", "--host", "ept4"], "is of arm64, and so is no"),
      (["nested", "--profile", "kunpeng-920"], "is modelled for x86-64"),
      (["--host", "arm-s2-64k"], "the model's frames are of 4K"),
      (["first-tuch"], "is “first-touch” meant?"),
      (["--json", "-", "--csv", "-"], "can't both be"),
      (["--batch", "3"], "a power of two from 1 to 512"),
      (["--batch", "0"], "a power of two from 1 to 512"),
      (["mmio", "--batch", "8"], "no meaning for “mmio”"),
      (["nested", "--populate", "writing"], "no meaning for “nested”"),
      (["--populate", "proces"], "is “process” meant?"),
      (["--splitting", "eager"], "no meaning for “first-touch”"),
      (["dirty-log", "--populate", "writing"], "is populated in any case"),
      (["--sharers", "8"], "no meaning for “first-touch”"),
      (["cow-storm", "--sharers", "1"], "it must be from 2 to 64"),
      (["cow-storm", "--access", "read"], "reads copy nothing"),
    ])
  func refused(_ arguments: [String], _ words: String) throws {
    let run = try CommandRun(["compare"] + arguments)
    #expect(run.status == 2)
    #expect(run.errors.contains(words), "\(run.errors)")
  }
}
