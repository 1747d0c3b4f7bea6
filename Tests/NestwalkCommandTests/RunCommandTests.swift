import Foundation
import Records
import Testing

@Suite("nestwalk run")
struct RunCommandTests {
  /// A storm of three small machines on one processor.
  static let scenario = """
    study: boot-storm
    title: three
    host: {processors: 1, memory: 8 GiB}
    fleet: [{name: small, count: 3, guest: microvm}]
    target: {ready: 1 h, memory: 8 GiB}
    """

  @Test("the summary fits a terminal, and the answer comes first")
  func summary() throws {
    let run = try CommandRun(["run", "-"], input: Self.scenario)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("three: All 3 machines are ready after "))
    #expect(run.output.contains("Target met"))
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 24)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test("a missed target is status 3, and what was asked for is written all the same")
  func missed() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      ["run", "-", "--set", "target.ready=1ms", "--json", folder.path("storm.json")],
      input: Self.scenario)
    #expect(run.status == 3)
    #expect(run.output.contains("Target missed: p99 ready is"))
    let json = String(decoding: try folder.read("storm.json"), as: UTF8.self)
    #expect(json.hasPrefix("{\n  \"schema\": \"nestwalk.outcome/1\","))
    #expect(json.contains("\"met\": false"))
  }

  /// A guest with a server and two workers, and a fleet: both as small as they can be.
  static let others = [
    (
      """
      study: processes
      title: small
      host: {memory: 64 MiB}
      guest: {memory: 64 MiB}
      processes:
        - {name: server, memory: 1 MiB, touches: 0}
        - {name: worker, forkedFrom: server, count: 2, writes: 50 %, work: 100 us}
      duration: 1 s
      """, "nestwalk.processes/1",
      "at_ns,guest_free_bytes,stage2_bytes,swap_bytes,writes,copies,major_faults"
    ),
    (
      """
      study: merging
      title: small
      host: {memory: 16 MiB}
      vms: 2
      memory: 4 MiB
      writes: 1
      duration: 10 s
      """, "nestwalk.merging/1",
      "seconds,vms,needed_bytes,saved_bytes,cpu_share,copies,pages_to_scan,pages_shared"
    ),
  ]

  @Test("processes and fleets are told in every form", arguments: others)
  func forms(_ scenario: String, _ schema: String, _ columns: String) throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      [
        "run", "-", "--json", folder.path("it.json"), "--csv", folder.path("it.csv"), "--html",
        folder.path("it.html"),
      ], input: scenario)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("small: "))
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    let data = Data(try folder.read("it.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["schema"] as? String == schema)
    let diagnosis = try #require(object["diagnosis"] as? [String: Any])
    #expect((diagnosis["condition"] as? String)?.isEmpty == false)
    #expect((diagnosis["findings"] as? [String])?.isEmpty == false)
    let csv = String(decoding: try folder.read("it.csv"), as: UTF8.self)
    #expect(csv.hasPrefix(columns))
    let page = String(decoding: try folder.read("it.html"), as: UTF8.self)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("study: "))
    // Its name is no part of it.
    let again = try CommandRun(["run", "-", "--json", "-"], input: scenario)
    #expect(again.output == String(decoding: data, as: UTF8.self))
  }

  @Test("a fleet without work has no times of being ready, and no scanner no time")
  func processorsWithoutWork() throws {
    let fleet =
      "study: merging\nhost: {memory: 1 GiB, processors: 1}\nvms: 2\nmemory: 4 MiB\nduration: 1 min\n"
    let merging = try CommandRun(["run", "-", "--json", "-"], input: fleet)
    #expect(merging.status == 0, "\(merging.errors)")
    #expect(merging.output.contains("scannerSeconds"))
    #expect(!merging.output.contains("readySeconds") && !merging.output.contains("queuedSeconds"))
    let working = try CommandRun(["run", "-", "--json", "-"], input: fleet + "work: 1 s\n")
    #expect(working.output.contains("readySeconds") && working.output.contains("queuedSeconds"))
    let services = """
      study: pressure
      duration: 1 s
      host: {memory: 64 MiB, processors: 1}
      services: [{name: one, memory: 4 MiB}]
      """
    let pressure = try CommandRun(["run", "-", "--json", "-"], input: services)
    #expect(pressure.status == 0, "\(pressure.errors)")
    #expect(pressure.output.contains("kswapdTime") && !pressure.output.contains("ksmdTime"))
  }

  @Test("mistakes are told at once, with their places")
  func mistakes() throws {
    let run = try CommandRun(
      ["run", "-", "--set", "host.procesors=2"],
      input: Self.scenario.replacingOccurrences(of: "microvm", with: "microwm"))
    #expect(run.status == 2)
    #expect(run.errors.contains(":4:"))
    #expect(run.errors.contains("is “microvm” meant?"))
    #expect(run.errors.contains("is “processors” meant?"))
    #expect(run.output.isEmpty)
  }

  @Test(
    "arguments that don't fit together are refused",
    arguments: [
      ["run"], ["run", "a.yaml", "b.yaml", "--json", "x.json"],
      ["run", "a.yaml", "--json", "-", "--csv", "-"], ["run", "a.yaml", "--mode", "cohrt"],
      ["run", "a.yaml", "--threads", "0"],
    ])
  func refused(arguments: [String]) throws {
    #expect(try CommandRun(arguments).status == 2)
  }

  @Test("mitigations fit a terminal, and the cheapest is named")
  func mitigations() throws {
    let run = try CommandRun(["run", "-", "--mitigate"], input: Self.scenario)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("The cheapest that meets the target is nothing: no set-up"))
    #expect(run.output.contains("  populate=writing (met)"))
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test("where faults are a small part, the first line says that nothing helps")
  func small() throws {
    let run = try CommandRun(
      ["run", "-", "--mitigate", "--profile", "xeon-8269cy"], input: Self.scenario)
    #expect(run.output.hasPrefix("three: Stage-2 faults are "))
    let answer = run.lines.prefix(2).joined(separator: " ")
    #expect(answer.contains("no mitigation here helps"))
  }

  @Test("mitigations are the same bytes on one thread and on four, in every form")
  func threads() throws {
    let folder = try TemporaryFolder()
    for threads in ["1", "4"] {
      let run = try CommandRun(
        [
          "run", "-", "--mitigate", "--threads", threads, "--json", folder.path("\(threads).json"),
          "--csv", folder.path("\(threads).csv"), "--html", folder.path("\(threads).html"),
        ], input: Self.scenario)
      #expect(run.status == 0, "\(run.errors)")
    }
    for form in ["json", "csv", "html"] {
      #expect(try folder.read("1.\(form)") == folder.read("4.\(form)"))
    }
    let csv = String(decoding: try folder.read("1.csv"), as: UTF8.self)
    #expect(csv.hasPrefix("mitigation,policy,ready_ns,"))
    #expect(csv.contains("\nnothing,none,"))
  }

  /// The storm with its fields taking several values.
  private static let sweep =
    scenario + "\nsweep: {policy.backing: [4K, 2M], host.processors: [1, 3]}\n"

  @Test("a sweep is one table, the same bytes on one thread and on four")
  func sweep() throws {
    let folder = try TemporaryFolder()
    for threads in ["1", "4"] {
      let run = try CommandRun(
        [
          "run", "-", "--threads", threads, "--json", folder.path("\(threads).json"),
          "--csv", folder.path("\(threads).csv"), "--html", folder.path("\(threads).html"),
        ], input: Self.sweep)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("three: 4 storms: all machines are ready first with "))
      #expect(run.output.contains("The target is met by 4 of 4."))
      #expect(run.lines.allSatisfy { $0.count <= 80 })
    }
    for form in ["json", "csv", "html"] {
      #expect(try folder.read("1.\(form)") == folder.read("4.\(form)"))
    }
    let csv = String(decoding: try folder.read("1.csv"), as: UTF8.self)
    let lines = csv.split(separator: "\n")
    #expect(lines[0].hasPrefix("policy.backing,host.processors,half_ns,"))
    #expect(lines.count == 5)
    // A point is what the storm itself is with the point's values.
    let alone = try CommandRun(
      ["run", "-", "--json", "-", "--set", "policy.backing=2M", "--set", "host.processors=3"],
      input: Self.scenario)
    let outcome = try #require(
      try JSONSerialization.jsonObject(with: Data(alone.output.utf8)) as? [String: Any])
    let cells = lines[4].split(separator: ",")
    #expect(cells[4] == "\(try #require(outcome["allReady"] as? Int))")
  }

  @Test("a sweep none of whose points meets the target is status 3")
  func missedSweep() throws {
    let missed = try CommandRun(["run", "-", "--set", "target.ready=1ms"], input: Self.sweep)
    #expect(missed.status == 3)
    #expect(missed.output.contains("The target is met by 0 of 4."))
  }

  @Test(
    "options that mean nothing for a file's study are refused",
    arguments: ["--mitigate", "--timeline=x.json"])
  func meaningless(option: String) throws {
    for input in [Self.sweep, "study: isa-comparison\n"] {
      let run = try CommandRun(["run", "-", option], input: input)
      #expect(run.status == 2)
      #expect(run.errors.contains("has no meaning for"))
    }
  }

  @Test(
    "a comparison that is printed as a scenario runs with the same output",
    arguments: [
      ["first-touch", "--memory", "32M", "--backing", "2M", "--profile", "skylake-96"],
      ["mmio", "--device", "kernel", "--pages", "10"],
      ["cow-storm", "--memory", "16M", "--sharers", "3"], ["nested"],
    ])
  func printed(options: [String]) throws {
    let printed = try CommandRun(["compare"] + options + ["--print-scenario"])
    #expect(printed.status == 0, "\(printed.errors)")
    #expect(printed.output.hasPrefix("study: isa-comparison\n"))
    let compared = try CommandRun(["compare"] + options)
    #expect(try CommandRun(["run", "-"], input: printed.output).output == compared.output)
    let json = try CommandRun(["compare", "--json", "-"] + options)
    let run = try CommandRun(["run", "-", "--json", "-"], input: printed.output)
    #expect(run.output == json.output)
  }
}
