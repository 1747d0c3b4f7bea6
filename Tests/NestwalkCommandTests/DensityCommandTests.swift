import Foundation
import Records
import Testing

@Suite("nestwalk density")
struct DensityCommandTests {
  /// A host and machines that boot in no time to speak of.
  private static let scenario = """
    study: density
    title: small
    host: {memory: 16 GiB, processors: 2, processorRatio: 8}
    machines: [{name: tiny, memory: 256 MiB, monitor: firecracker}]
    """

  @Test("three options are enough, and the answer comes first")
  func options() throws {
    let run = try CommandRun([
      "density", "--memory", "2GiB", "--vcpus", "2", "--host-memory", "512GiB",
    ])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("2 GiB and 2 vCPUs on 512 GiB: 235 (235 to 237) machines fit."))
    #expect(run.output.contains("KubeVirt 280 MiB"))
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test("all details fit 80 columns")
  func details() throws {
    let run = try CommandRun(
      ["density", "-", "--parts", "--rules"], input: Self.scenario)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("small: 16 machines fit. What binds first: processors;"))
    let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test("the scenario that options make gives the same answer from a file")
  func printed() throws {
    let options = [
      "--memory", "8G", "--host-memory", "64G", "--swap", "32G", "--working-set", "2G",
      "--working-set", "5G", "--risk", "1%", "--returns", "reporting", "--monitor", "firecracker",
      "--processors", "8", "--ratio", "2.5", "--nodes", "2", "--backing", "2M",
    ]
    let printed = try CommandRun(["density"] + options + ["--print-scenario"])
    #expect(printed.status == 0, "\(printed.errors)")
    let direct = try CommandRun(["density"] + options + ["--json", "-"])
    let again = try CommandRun(["density", "-", "--json", "-"], input: printed.output)
    // A file names where a working set comes from differently.
    #expect(
      again.output.replacingOccurrences(of: "the scenario’s working set", with: "--working-set")
        == direct.output)
  }

  @Test("settings name each system, and the pages of each node")
  func settings() throws {
    let run = try CommandRun([
      "density", "--memory", "8G", "--host-memory", "64G", "--backing", "1G", "--pool",
      "--nodes", "2", "--settings",
    ])
    #expect(run.status == 0, "\(run.errors)")
    for line in [
      "additionalGuestMemoryOverheadRatio: \"1\"", "reserved_host_memory_mb = ",
      "/sys/devices/system/node/node1/hugepages/hugepages-1048576kB/nr_hugepages",
      "<page size='1048576' unit='KiB'/>",
    ] {
      #expect(run.output.contains(line), "\(line)")
    }
  }

  @Test("settings are those of as many as meet the boot target, and say so")
  func settingsInTime() throws {
    let scenario = """
      study: density
      host: {memory: 24 GiB, processors: 2, processorRatio: 64, hugePages: [{pageSize: 2M, pages: 9000}]}
      machines:
        - {name: tiny, memory: 256 MiB, monitor: firecracker, guest: microvm, backing: 2M, pool: true}
      boot: {ready: 2 s}
      """
    let run = try CommandRun(["density", "-", "--settings"], input: scenario)
    #expect(run.status == 0, "\(run.errors)")
    let said = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let ready = try #require(said.firstMatch(of: #/fit, ([0-9]+) of them meet/#)?.1)
    let count = try #require(UInt64(ready))
    #expect(count > 0 && count < 70)
    #expect(said.contains("Settings for \(count) machine"))
    #expect(said.contains("as many as meet the boot target; 70 fit"))
    #expect(said.contains("max_instances_per_host = \(count)"))
    #expect(said.contains("echo \(count * 128) >"))
    // One that all meet has the settings of all.
    let slow = scenario.replacingOccurrences(of: "2 s", with: "300 s")
    let all = try CommandRun(["density", "-", "--settings"], input: slow).output
    #expect(all.contains("# Settings for 70 machines: all that fit, and all meet the boot target"))
    #expect(all.contains("echo 8960 >"))
  }

  @Test("where no machine meets the boot target there is nothing to apply")
  func noneInTime() throws {
    let scenario = """
      study: density
      host: {memory: 16 GiB, processors: 2, processorRatio: 8}
      machines: [{name: tiny, memory: 256 MiB, monitor: firecracker, guest: microvm}]
      boot: {ready: 1 ms}
      """
    let run = try CommandRun(["density", "-", "--settings"], input: scenario)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("# Settings: none meets the boot target: nothing to apply"))
    #expect(!run.output.contains("max_instances_per_host"))
    #expect(!run.output.contains("Settings for"))
    let json = try CommandRun(["density", "-", "--json", "-"], input: scenario)
    #expect(!json.output.contains("novaReservedHostMemoryMB"))
  }

  @Test("a size that had to be rounded is told as it is read")
  func roundedSize() throws {
    let run = try CommandRun(["density", "--memory", "4GiB", "--host-memory", "86.6GiB"])
    #expect(run.output.hasPrefix("4 GiB and 1 vCPU on 86.6 GiB: "), "\(run.output)")
    let exact = try CommandRun(["density", "--memory", "4097MiB", "--host-memory", "64GiB"])
    #expect(exact.output.hasPrefix("4097 MiB and 1 vCPU on 64 GiB: "), "\(exact.output)")
  }

  @Test("nodes that are told one by one must agree with what else is told")
  func nodes() throws {
    let options = ["density", "--memory", "16G", "--vcpus", "4"]
    let run = try CommandRun(options + ["--node", "64.5G:16", "--node", "32G:4"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("16 GiB and 4 vCPUs on 96.5 GiB: 4 "))
    #expect(run.output.contains("node 1, 4 processors"))
    let wrong = try CommandRun(
      options + ["--node", "64G:16", "--node", "32G", "--nodes", "2", "--host-memory", "95G"])
    #expect(wrong.status == 2)
    for part in ["“--nodes” and “--node”", "the nodes have 96 GiB", "or none"] {
      #expect(wrong.errors.contains(part))
    }
    #expect(try CommandRun(options + ["--node", "64G:x"]).errors.contains("384G:48"))
  }

  @Test("a page, JSON and CSV are written beside the text")
  func files() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      [
        "density", "-", "--json", folder.path("a.json"), "--csv", folder.path("a.csv"), "--html",
        folder.path("a.html"),
      ], input: Self.scenario)
    #expect(run.status == 0, "\(run.errors)")
    let json = String(decoding: try folder.read("a.json"), as: UTF8.self)
    #expect(json.contains("\"machines\": 16,"))
    let csv = String(decoding: try folder.read("a.csv"), as: UTF8.self)
    #expect(csv.hasPrefix("kind,count,part,now_bytes,worst_bytes,charged_to,source,now_low_bytes,"))
    #expect(csv.contains("\ntiny,16,secondStage,"))
    let page = String(decoding: try folder.read("a.html"), as: UTF8.self)
    #expect(page.contains("<figcaption>The host's memory</figcaption>"))
  }

  @Test("a boot time lets in as many as are ready in time")
  func boot() throws {
    let scenario =
      Self.scenario.replacingOccurrences(
        of: "monitor: firecracker", with: "monitor: firecracker, guest: microvm")
      + "\nboot: {ready: 300 ms}\n"
    let run = try CommandRun(["density", "-"], input: scenario)
    #expect(run.status == 0, "\(run.errors)")
    // Lines are broken between words.
    let said = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains("meet the boot target; with the hot set populated"))
    #expect(said.contains("What binds first: boot time"))
    let never = scenario.replacingOccurrences(of: "300 ms", with: "1 ns")
    #expect(
      try CommandRun(["density", "-"], input: never).output.contains(
        "0 of them meet the boot target"))
  }

  @Test("a list of machines is placed on hosts that differ, and nodes are told apart")
  func places() throws {
    let inventory = """
      inventory: rack
      hosts:
        - {name: small, memory: 32 GiB (measured x), processors: 64 (measured x)}
        - name: large
          memory: 128 GiB (measured x)
          processors: 64 (measured x)
          nodes:
            - {number: 0, memory: 64 GiB (measured x)}
            - {number: 1, memory: 64 GiB (measured x)}

      """
    let folder = try TemporaryFolder()
    try folder.write(Array(inventory.utf8), to: "rack.yaml")
    let fit = try CommandRun(["density", "rack.yaml", "--memory", "40G"], in: folder.url)
    #expect(fit.output.contains("With each on one NUMA node 2 fit"), "\(fit.output)\(fit.errors)")
    #expect(fit.output.contains("split over nodes"))
    let one = try CommandRun(
      ["density", "rack.yaml", "--memory", "20G", "--place", "2"], in: folder.url)
    #expect(one.output.hasPrefix("rack: all 2 machines have a place on 1 host of 2, and no"))
    let many = try CommandRun(
      ["density", "rack.yaml", "--memory", "20G", "--place", "200", "--json", "-"], in: folder.url)
    #expect(fit.status == 0 && one.status == 0 && many.status == 3)
    #expect(many.output.contains("\"placed\": 7,") && many.output.contains("\"mostPlaced\": 7,"))
    let list = Self.scenario.replacingOccurrences(
      of: "monitor: firecracker}", with: "place: 5}, {name: wide, memory: 50 GiB, place: 3}")
    try folder.write(Array(list.utf8), to: "list.yaml")
    let listed = try CommandRun(
      ["density", "rack.yaml", "--place", "list.yaml", "--csv", "-"], in: folder.url)
    #expect(listed.output.contains("\nlarge,wide,2,"), "\(listed.output)\(listed.errors)")
    #expect(try CommandRun(["density", "list.yaml", "--place", "3"], in: folder.url).status == 2)
    #expect(try CommandRun(["density", "rack.yaml", "--place", "3"], in: folder.url).status == 2)
    #expect(try CommandRun(["density", "rack.yaml", "--place", "0"], in: folder.url).status == 2)
  }

  @Test("a mix says what it was chosen by")
  func objective() throws {
    let scenario = Self.scenario.replacingOccurrences(
      of: "monitor: firecracker}", with: "monitor: firecracker}, {name: wide, memory: 1 GiB}")
    let equal = try CommandRun(["density", "-"], input: scenario)
    #expect(equal.output.contains("The mix is that of the most machines."))
    let worth = scenario.replacingOccurrences(of: "memory: 1 GiB", with: "memory: 1 GiB, worth: 3")
    let run = try CommandRun(["density", "-"], input: worth)
    #expect(run.output.contains("chosen by worth: "), "\(run.output)")
  }

  @Test("merging comes from the model of merging, and goes with overcommitment")
  func merging() throws {
    let scenario =
      Self.scenario.replacingOccurrences(
        of: "monitor: firecracker}",
        with: "monitor: firecracker, workingSet: [128 MiB], returns: reporting}")
      + "\nmerging: {zero: 10 %, after: 2 h, pagesToScan: 2000}\n"
    let refused = try CommandRun(["density", "-"], input: scenario)
    #expect(refused.status == 2 && refused.errors.contains("it goes with “overcommit”"))
    let run = try CommandRun(["density", "-"], input: scenario + "overcommit: {risk: 1 %}\n")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("Merging gives back "))
    let half = scenario.replacingOccurrences(of: "10 %", with: "10.5 %")
    #expect(
      try CommandRun(["density", "-"], input: half).errors.contains("a whole number of percents"))
    let own = scenario.replacingOccurrences(of: "returns:", with: "merged: 10 %, returns:")
    #expect(
      try CommandRun(["density", "-"], input: own).errors.contains("must not say “merged”"))
  }

  @Test("an inventory says how many more fit on each of its hosts")
  func inventory() throws {
    let inventory = """
      inventory: rack
      hosts:
        - {name: a, memory: 64 GiB (measured MemTotal), processors: 16}
        - {name: b, memory: 32 GiB}
      machines:
        - {name: web, host: a, memory: 8 GiB}
        - {name: mail, host: a, memory: 8 GiB}
        - {name: big, host: b, memory: 40 GiB}
      """
    let run = try CommandRun(
      ["density", "-", "--memory", "4G", "--ratio", "4"], input: inventory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("rack: 11 more machines of 4 GiB and 1 vCPU fit on 2 hosts"))
    #expect(run.output.contains("promised too much"))
    #expect(try CommandRun(["density", "-"], input: inventory).status == 2)
  }

  @Test("what is predicted of an inventory's machines stands beside what was measured")
  func checked() throws {
    let inventory = """
      inventory: rack
      hosts: [{name: a, memory: 64 GiB, secondStageTables: 2 MiB (measured SecPageTables)}]
      machines:
        - name: web
          memory: 8 GiB
          workingSet: 1 GiB (derived balloon)
          resident: 1100 MiB (measured balloon.rss)
        - {name: mail, memory: 8 GiB}
      """
    let run = try CommandRun(["density", "-", "--check"], input: inventory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.hasPrefix("rack:\nheld by the process: off by 4.4"))
    #expect(run.output.contains("Of 1 machine nothing was measured: mail."))
    let csv = try CommandRun(["density", "-", "--check", "--csv", "-"], input: inventory)
    #expect(csv.output.contains("\nweb,resident,"))
    #expect(try CommandRun(["density", "-", "--check"], input: Self.scenario).status == 2)
  }

  @Test(
    "an option that has no use is refused, and not passed over",
    arguments: [
      "--memory 4G", "--vcpus 1", "--nodes 2", "--swap 1G", "--eager", "--ratio 1",
      "--monitor qemu", "--risk 1%", "--reserved 2G", "--print-scenario --csv -",
      "--print-scenario --parts",
    ])
  func unusedByScenario(options: String) throws {
    let words = options.split(separator: " ").map(String.init)
    let run = try CommandRun(["density", "-"] + words, input: Self.scenario)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains("has no use with “--print") || run.errors.contains("--set"))
  }

  @Test(
    "an inventory has no use for what its hosts say",
    arguments: [
      "--memory 1G --nodes 2", "--memory 1G --rules", "--memory 1G --settings",
      "--memory 1G --parts", "--memory 1G --print-scenario", "--memory 1G --processors 4",
      "--check --memory 1G", "--check --risk 1%", "--memory 1G --place 3 --nodes 2",
      "--place list.yaml --vcpus 2",
    ])
  func unusedByInventory(options: String) throws {
    let words = options.split(separator: " ").map(String.init)
    let inventory = "inventory: rack\nhosts: [{name: a, memory: 64 GiB}]\n"
    let run = try CommandRun(["density", "-"] + words, input: inventory)
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains("has no use "), "\(run.errors)")
  }

  @Test("figures of an inventory that contradict each other are told")
  func contradictory() throws {
    let inventory = """
      inventory: rack
      hosts: [{name: a, memory: 8 GiB, reserved: 9 GiB}]
      machines:
        - {name: web, memory: 4 GiB (measured x), workingSet: 5 GiB, resident: 9 GiB}
        - {name: fine, memory: 4 GiB (measured x), workingSet: 4 GiB, resident: 4300 MiB}
      """
    let run = try CommandRun(["density", "-", "--memory", "1G"], input: inventory)
    #expect(run.status == 2)
    for part in ["a “reserved” of", "a “workingSet” of", "a “resident” of"] {
      #expect(run.errors.contains(part), "\(run.errors)")
    }
    #expect(!run.errors.contains("“fine”"))
  }

  @Test(
    "arguments that don't fit together are refused",
    arguments: [
      ["density"], ["density", "--memory", "1G"], ["density", "--host-memory", "1G"],
      ["density", "--memory", "1G", "--host-memory", "8G", "--backing", "64K"],
      ["density", "--memory", "1G", "--host-memory", "8G", "--pool"],
      ["density", "--memory", "1G", "--host-memory", "8G", "--vcpus", "0"],
      ["density", "--memory", "1G", "--host-memory", "8G", "--risk", "120%"],
      ["density", "--memory", "1G", "--host-memory", "8G", "--working-set", "2G"],
      ["density", "a.yaml", "--host-memory", "8G"], ["density", "--check"],
      ["density", "a.yaml", "--check", "--place", "3"],
      ["density", "a.yaml", "--json", "-", "--csv", "-"],
    ])
  func refused(arguments: [String]) throws {
    #expect(try CommandRun(arguments).status == 2)
  }
}
