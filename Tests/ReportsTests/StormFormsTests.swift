import Costs
import Foundation
import Guests
import Reports
import Scenarios
import Simulation
import Studies
import Testing

/// The same storm as text, JSON, CSV, page and timeline.
@Suite("All forms of a report tell the same")
struct StormFormsTests {
  private static let file = """
    study: boot-storm
    title: two kinds
    host: {processors: 2, memory: 8 GiB}
    fleet:
      - {name: fresh, count: 3, guest: microvm}
      - {name: resumed, count: 2, guest: microvm, source: cachedSnapshot}
    policy: {startsAtOnce: 4}
    target: {ready: 1 h, memory: 8 GiB}

    """

  private struct Forms: Sendable {
    let report: StormReport
    let bytes: [UInt8]
    let text: String
    let page: String
    let lines: [[Substring]]
    let timeline: [UInt8]

    var json: [String: Any] { (try? StormFormsTests.object(bytes)) ?? [:] }
    var events: [[String: Any]] {
      (try? StormFormsTests.object(timeline))?["traceEvents"] as? [[String: Any]] ?? []
    }
  }

  private static let forms: Result<Forms, any Error> = Result { try made() }

  private static func made() throws -> Forms {
    let scenario = try StormScenario.document.read(Array(file.utf8), file: "x.yaml")
    var observed = StormTimeline(scenario.storm)
    let outcome = try scenario.storm.run(observer: &observed)
    let report = StormReport(
      scenario.title, scenario.storm, outcome, target: scenario.target, source: file)
    return Forms(
      report: report, bytes: report.json, text: StormText.text(report), page: report.page,
      lines: report.csv.split(separator: "\n").map { $0.split(separator: ",") },
      timeline: observed.json(report))
  }

  private static func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  private static func number(_ json: [String: Any], _ path: String...) throws -> Int {
    var value: Any? = json
    for key in path { value = (value as? [String: Any])?[key] }
    return try #require(value as? Int, "\(path)")
  }

  @Test("times of readiness", arguments: ["min", "p50", "p95", "p99", "max"])
  func ready(name: String) throws {
    let forms = try Self.forms.get()
    let nanoseconds = try Self.number(forms.json, "ready", name)
    let text = Measure.time.text(Double(nanoseconds))
    let line = try #require(
      forms.text.split(separator: "\n").drop { !$0.hasPrefix("ready after") }.dropFirst().first)
    let cells = line.split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(cells.contains(text))
    if name == "max" { #expect(forms.page.contains("<dd>\(text)</dd>")) }
  }

  @Test("faults by kind")
  func faults() throws {
    let forms = try Self.forms.get()
    let header = forms.lines[0].map(String.init)
    for kind in FaultKind.allCases {
      let count = Int(forms.report.outcome.ledger.faults(kind))
      let column = try #require(header.firstIndex(of: "\(kind)_faults"))
      #expect(forms.lines.dropFirst().reduce(0) { $0 + (Int($1[column]) ?? 0) } == count)
      let series = try #require(
        (forms.json["series"] as? [String: Any])?["faults"] as? [String: [Int]])
      #expect(series["\(kind)"]?.reduce(0, +) == count)
      let spelled = StormReport.grouped(UInt64(count))
      #expect(forms.page.contains("<td>\(kind)</td><td>\(spelled)</td>"))
      if count > 0 { #expect(forms.text.contains("\(kind) \(spelled)")) }
    }
    let faults = try #require(forms.json["faults"] as? [String: Any])
    let missing = try #require(faults["missing"] as? [String: Int]).values.reduce(0, +)
    let permission = try #require(faults["permission"] as? [String: Int]).values.reduce(0, +)
    let cascade = try Self.number(faults, "cascade", "faults")
    let guest = try Self.number(faults, "guest")
    #expect(try Self.number(faults, "exits") == missing + permission + cascade)
    #expect(try Self.number(faults, "all") == missing + permission + cascade + guest)
    #expect(cascade > 0)
  }

  @Test("memory")
  func memory() throws {
    let forms = try Self.forms.get()
    let peak = try Self.number(forms.json, "memory", "peak")
    let tables = try Self.number(forms.json, "memory", "stage2Tables")
    #expect(try Self.number(forms.json, "memory", "frames") + tables == peak)
    #expect(forms.text.contains("\(StormReport.bytes(UInt64(peak))) of 8 GiB"))
    #expect(forms.page.contains("<dt>memory</dt><dd>\(StormReport.bytes(UInt64(peak)))</dd>"))
    let committed = try #require((forms.json["series"] as? [String: Any])?["memory"] as? [Int])
    #expect(forms.lines.last?.last.flatMap { Int($0) } == committed.last)
    #expect(committed == committed.sorted())
    // The process's own tables are counted beside what is taken: a table for each 2 MiB at most.
    let processTables = try Self.number(forms.json, "memory", "vmmTables")
    #expect(processTables > 0 && processTables <= 5 * (128 + 1 + 2) * 4096)
  }

  @Test("the parts of the time add up to all of it")
  func time() throws {
    let forms = try Self.forms.get()
    let time = try #require(forms.json["time"] as? [String: Any])
    let parts = try #require(time["components"] as? [String: Int])
    let total = try Self.number(time, "total")
    // Each part is rounded.
    #expect(abs(parts.values.reduce(0, +) - total) <= parts.count)
    for (share, spent) in forms.report.shares {
      let percent = Measure.share.text(
        Double(spent.picoseconds) / Double(forms.report.outcome.shares.total.picoseconds))
      #expect(forms.text.contains(share.phrase), "\(share)")
      #expect(forms.text.contains(" " + percent), "\(share)")
    }
  }

  @Test("each event of the timeline is one that viewers know")
  func events() throws {
    let forms = try Self.forms.get()
    #expect(forms.events.count > 100)
    var tracks: [Int: Double] = [:]
    var names: Set<String> = []
    for event in forms.events {
      let phase = try #require(event["ph"] as? String)
      let start = try #require((event["ts"] as? NSNumber)?.doubleValue)
      #expect(start >= 0)
      #expect(event["pid"] is NSNumber && event["name"] is String)
      switch phase {
      case "M": names.insert(try #require((event["args"] as? [String: Any])?["name"] as? String))
      case "X":
        // Slices of a processor follow each other.
        let track = try #require(event["tid"] as? Int)
        let length = try #require((event["dur"] as? NSNumber)?.doubleValue)
        #expect(length >= 0)
        #expect(start >= tracks[track, default: 0] - 0.002)
        tracks[track] = start + length
      case "C":
        let values = try #require(event["args"] as? [String: NSNumber])
        #expect(!values.isEmpty)
        #expect(values.values.allSatisfy { $0.doubleValue >= 0 })
        names.insert(try #require(event["name"] as? String))
      default: Issue.record("there is an event of the kind “\(phase)”")
      }
    }
    // A track for each processor, and one for each lock that was waited for.
    #expect(tracks.keys.sorted() == [0, 1])
    #expect(names.isSuperset(of: ["processors", "processor 0", "processor 1"]))
    #expect(names.isSuperset(of: ["waiting for starts", "free memory", "faults in a second"]))
  }

  @Test("processors and counters of the timeline hold what the outcome holds")
  func timeline() throws {
    let forms = try Self.forms.get()
    let counters = forms.events.filter { $0["ph"] as? String == "C" }
    func sum(_ name: String, _ key: String) throws -> Double {
      try counters.filter { $0["name"] as? String == name }.reduce(0) { sum, event in
        let values = try #require(event["args"] as? [String: NSNumber])
        return sum + (values[key]?.doubleValue ?? 0)
      }
    }
    let seconds = Double(forms.report.outcome.series.bin.picoseconds) / 1e12
    for kind in FaultKind.allCases {
      let count = try sum("faults in a second", "\(kind)") * seconds
      #expect(abs(count - Double(forms.report.outcome.ledger.faults(kind))) < 0.5)
    }
    let starts = forms.report.outcome.shares[.startWait]
    // The counter has bins of its own, in microseconds.
    let moments = counters.filter { $0["name"] as? String == "waiting for starts" }
      .compactMap { ($0["ts"] as? NSNumber)?.doubleValue }
    let bin = try #require(moments.dropFirst().first) - moments[0]
    let waited = try sum("waiting for starts", "machines") * bin * 1e6
    #expect(abs(waited - Double(starts.picoseconds)) <= 0.01 * Double(starts.picoseconds) + 1e9)
    let ends = forms.events.compactMap { event -> Double? in
      guard let start = event["ts"] as? NSNumber, let length = event["dur"] as? NSNumber else {
        return nil
      }
      return start.doubleValue + length.doubleValue
    }
    let end = Double(forms.report.outcome.end.picoseconds) / 1e6
    #expect(try #require(ends.max()) <= end + 0.001)
  }

  @Test("an outcome has the keys that are promised, with whole numbers behind them")
  func stableKeys() throws {
    let forms = try Self.forms.get()
    let json = forms.json
    #expect(json["schema"] as? String == "nestwalk.outcome/1")
    for path in [
      ["faults", "guest"],
      ["faults", "missing", "allocate"], ["faults", "missing", "spurious"],
      ["faults", "permission", "copyOnWrite"], ["faults", "permission", "mmio"],
      ["faults", "permission", "dirtyLog"], ["faults", "permission", "accessFlag"],
      ["faults", "permission", "execute"], ["faults", "permission", "spurious"],
      ["faults", "cascade", "faults"], ["faults", "cascade", "deepest"],
      ["ready", "min"], ["ready", "p50"], ["ready", "p95"], ["ready", "p99"], ["ready", "max"],
      ["memory", "guestTables"], ["memory", "stage2Tables"], ["memory", "vmmTables"],
      ["memory", "frames"], ["memory", "peak"],
    ] {
      var value: Any? = json
      for key in path { value = (value as? [String: Any])?[key] }
      #expect(value as? Int != nil, "\(path)")
    }
    let cascade = (json["faults"] as? [String: Any])?["cascade"] as? [String: Any]
    #expect(cascade?["histogram"] as? [Int] != nil)
    #expect((json["profile"] as? [String: Any])?["grade"] as? String != nil)
    #expect(json["approximation"] as? [String] == [])
    #expect(json["cohortLimits"] as? [String] == [])
    let components = try #require(
      (json["time"] as? [String: Any])?["components"] as? [String: Int])
    #expect(Set(components.keys) == Set(TimeShare.allCases.map(\.name)))
    // Nanoseconds, each rounded by itself.
    let total = try Self.number(json, "time", "total")
    #expect((components.values.reduce(0, +) - total).magnitude <= components.count)
    #expect(try Self.number(json, "ready", "max") == Int(forms.report.ready.most.nanoseconds))
    #expect(
      try Self.number(json, "memory", "peak") == Int(forms.report.outcome.usedBytes))
  }

  /// Numbers outside of texts, as they are written.
  @Test("no number of an outcome has decimals, but for the target's percentile")
  func wholeNumbers() throws {
    let text = String(decoding: try Self.forms.get().bytes, as: UTF8.self)
    var numbers = 0
    for line in text.split(separator: "\n") where !line.contains("\"percentile\"") {
      let outside = line.split(separator: "\"", omittingEmptySubsequences: false)
        .enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined(separator: " ")
      for word in outside.split(whereSeparator: { " ,:[]{}".contains($0) })
      where word.first?.isNumber == true || word.first == "-" {
        numbers += 1
        #expect(Int(word) != nil, "\(line)")
      }
    }
    #expect(numbers > 100)
  }
}
