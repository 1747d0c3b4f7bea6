import Foundation
import Testing

/// `nestwalk migrate` as a user runs it.
@Suite("The command migrate")
struct MigrateCommandTests {
  private let small = ["migrate", "--phases", "--vcpus", "2", "--memory-per-vcpu", "4M"]

  @Test(
    "Phases are a table of 80 columns",
    arguments: ["wp", "manual", "dbit", "pml", "ring", "pml-ring"])
  func text(_ mechanism: String) throws {
    let run = try CommandRun(small + ["--mechanism", mechanism])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines.allSatisfy { $0.count <= 80 && $0.last != " " })
    for phase in ["populate", "enable", "dirty 1", "get 2", "clear 2", "disable"] {
      #expect(run.lines.contains { $0.hasPrefix(phase) }, "\(phase)")
    }
    #expect(run.output == (try CommandRun(small + ["--mechanism", mechanism])).output)
  }

  @Test("One object for each phase, with the keys of dirty_log_perf_test's terms")
  func json() throws {
    let run = try CommandRun(
      small + [
        "--split", "lazy", "--recover", "refault", "--write-fraction", "50%", "--json", "-",
      ])
    let object = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
    let report = try #require(object as? [String: Any])
    let phases = try #require(report["phases"] as? [[String: Any]])
    #expect(phases.count == 9)
    #expect(
      phases.compactMap { $0["phase"] as? String } == [
        "populate", "enable", "dirty", "get", "clear", "dirty", "get", "clear", "disable",
      ])
    let dirty = phases[2]
    let faults = try #require(dirty["faults"] as? [String: Int])
    #expect(faults == ["guest": 0, "missing": 0, "permission": 1024, "cascade": 0])
    let flushes = try #require(dirty["flushes"] as? [String: Int])
    #expect(Set(flushes.keys) == ["local", "remote", "broadcast"])
    // Four splits write 512 entries each, and each write changes one.
    #expect(dirty["entriesWritten"] as? Int == 4 * 512 + 1024)
    #expect((dirty["ns"] as? Int ?? 0) > 0)
  }

  @Test("CSV has a line for each phase")
  func csv() throws {
    let run = try CommandRun(small + ["--host", "sv48x4", "--csv", "-"])
    let lines = run.lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    #expect(lines.count == 10)
    #expect(lines.allSatisfy { $0.count == lines[0].count })
  }

  @Test(
    "Bad input is refused in sentences",
    arguments: [
      (["--vcpus", "0"], "0 processors are to write"),
      (["--backing", "3M"], "“--backing” is “3M”: it must be 4K, 2M or 1G."),
      (["--mechanism", "plm"], "is “pml” meant?"),
      (["--mechanism", "pml", "--host", "npt4"], "only Intel's EPT with flags has that."),
      (
        ["--mechanism", "pml", "--profile", "kunpeng-920"], "only Intel's EPT with flags has that."
      ),
      (["--mechanism", "pml-ring", "--host", "npt4"], "only Intel's EPT with flags has that."),
      (
        ["--mechanism", "pml-ring", "--ring-entries", "512"],
        "nestwalk migrate: “--ring-entries” is 512: it must be a power of two from 1024 to 65536."
      ),
      (["--ring-entries", "4096"], "without “--mechanism ring” or “--mechanism pml-ring”."),
      (
        ["--mechanism", "ring", "--ring-entries", "1000"],
        "nestwalk migrate: “--ring-entries” is 1000: it must be a power of two from 256 to 65536."
      ),
      (["--mechanism", "ring", "--ring-entries", "128"], "“--ring-entries” is 128: it must be"),
      (["--backing", "4K", "--recover", "refault"], "“--recover” has no meaning with"),
      (["--write-fraction", "101%"], "at most 100 %"),
      (["--memory-per-vcpu", "1"], "it must be a multiple of 4 KiB above 0."),
      (["--host", "sv39x4", "--profile", "kunpeng-920"], "both must be of one architecture."),
      (["--host", "arm-s2-64k"], "the model's frames are of 4 KiB."),
      (["--no-access-flags", "--mechanism", "dbit"], "the processors set none in ept4 tables"),
      (["--no-access-flags", "--host", "npt4"], "npt4 tables always have accessed flags"),
      (["--set", "seed=2"], "“--set” changes a field of a FILE"),
      (["--json", "-", "--csv", "-"], "can't both be “-”"),
      (["--vcpus", "1024", "--memory-per-vcpu", "4096T"], "more than 4 TiB"),
    ])
  func refusals(_ options: [String], _ sentence: String) throws {
    let run = try CommandRun(["migrate", "--phases"] + options)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(sentence), "\(run.errors)")
  }

  private let file = """
    study: migration
    title: A small one
    machine: {memory: 8 MiB, processors: 2, backing: 2M, tables: arm-s2-4k}
    writer: {rate: 1 MB/s}
    tracking: {mechanism: ring, ring: 256, split: fill}
    profile: kunpeng-920
    seed: 7
    """

  @Test(
    "A migration's file says the machine and its tracking, and options overrule it",
    arguments: [
      ([], ["--mechanism", "ring", "--ring-entries", "256", "--split", "fill"]),
      (["--split", "lazy"], ["--mechanism", "ring", "--ring-entries", "256", "--split", "break"]),
      (["--mechanism", "wp", "--split", "eager"], ["--mechanism", "wp", "--split", "eager"]),
      (
        ["--mechanism", "manual", "--set", "machine.backing=4K"],
        ["--mechanism", "manual", "--backing", "4K"]
      ),
      (
        ["--vcpus", "4", "--ring-entries", "512"],
        [
          "--mechanism", "ring", "--ring-entries", "512", "--split", "fill", "--vcpus", "4",
          "--memory-per-vcpu", "2M",
        ]
      ),
    ])
  func fromFile(_ options: [String], _ said: [String]) throws {
    let part = ["--write-fraction", "10%", "--iterations", "3", "--csv", "-"]
    let played = try CommandRun(["migrate", "-", "--phases"] + options + part, input: file)
    #expect(played.status == 0, "\(played.errors)")
    var machine = ["--host", "arm-s2-4k", "--profile", "kunpeng-920", "--seed", "7"]
    if !said.contains("--vcpus") { machine += ["--vcpus", "2", "--memory-per-vcpu", "4M"] }
    let described = try CommandRun(["migrate", "--phases"] + machine + said + part)
    #expect(described.status == 0, "\(described.errors)")
    #expect(played.output == described.output)
  }

  @Test("A file's title heads its phases, and what doesn't go with it is told")
  func fileSentences() throws {
    let run = try CommandRun(["migrate", "-", "--phases"], input: file)
    #expect(run.output.hasPrefix("A small one: 2 processors with 4M each"))
    for (options, sentence) in [
      (["--vcpus", "3"], "no equal parts of whole pages of 4 KiB for 3 processors"),
      (["--vcpus", "0"], "0 processors are to write"),
      (["--mechanism", "wp", "--ring-entries", "256"], "no meaning without “--mechanism ring”"),
      (["--ring-entries", "1000"], "“--ring-entries” is 1000: it must be a power of two from 256"),
      (["--host", "ept4"], "both must be of one architecture."),
      (["--mechanism", "pml"], "only Intel's EPT with flags has that."),
      (["--set", "machine.memory=3"], "the file is refused"),
    ] {
      let run = try CommandRun(["migrate", "-", "--phases"] + options, input: file)
      #expect(run.status == 2)
      #expect(run.output.isEmpty)
      #expect(run.errors.contains(sentence), "\(run.errors)")
    }
  }

  @Test("What is to be played must be said")
  func nothing() throws {
    let run = try CommandRun(["migrate"])
    #expect(run.status == 2)
    #expect(run.errors.contains("--phases"))
  }

  @Test(
    "A script's answers are the pages that it writes",
    arguments: ["wp", "manual", "all-set", "dbit", "pml", "ring"])
  func script(_ mode: String) throws {
    let steps = """
      # Three pages, then two.
      machine 1024 2M 2 256
      write 0 0-1023
      start \(mode)
      write 1 3 17-18
      get
      clear 0-1023
      write 0 17 400
      get
      stop

      """
    let forgets = mode == "wp" || mode == "dbit" || mode == "pml" || mode == "ring"
    let run = try CommandRun(
      ["migrate", "--script", "-"],
      input: forgets ? steps.replacing("clear 0-1023\n", with: "") : steps)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.lines == [mode == "all-set" ? "1024 0 0-1023" : "3 0 3 17-18", "2 0 17 400"])
  }

  @Test("All that is wrong with a script is told at once, with its place")
  func badScript() throws {
    let run = try CommandRun(
      ["migrate", "--script", "-"], input: "machine 16 4K 1 0\nstrat wp\nwrite 0 9-3\nstart x\n")
    #expect(run.status == 2)
    #expect(run.errors.contains(":2:1: “strat” is no step"))
    #expect(run.errors.contains(":3:1: “9-3” names no pages"))
    #expect(run.errors.contains(":4:1: “x” is no way to log"))
    for (steps, sentence) in [
      ("# none\n", "has no step; it must begin with a machine."),
      ("get\n", ":1:1: “get” must come after “machine”."),
      ("machine 16 4K 1 0\nget\n", ":2:1: “get” must come after “start”."),
      ("machine 16 4K 1 0\nwrite 0 16\n", "There is no page 16: the machine has 16"),
      ("machine 16 4K 1 0\nwrite 1 0\n", "There is no processor 1"),
      ("machine 16 4K 1 0\nmachine 16 4K 1 0\n", "A script has one machine."),
      ("machine 16 4K 1 64\n", ":1:1: A ring has 64 entries: it must be a power of two from 256"),
      ("machine 16 4K 1 1000\n", ":1:1: A ring has 1000 entries"),
      ("machine 16 4K 1 0\nstart ring\n", ":2:1: The machine has no rings"),
    ] {
      let run = try CommandRun(["migrate", "--script", "-"], input: steps)
      #expect(run.status == 2)
      #expect(run.errors.contains(sentence), "\(run.errors)")
    }
  }
}

/// `nestwalk migrate` with migrations.
@Suite("The command migrate compares ways to track writes")
struct MigrationCommandTests {
  private let small = [
    "migrate", "--memory-per-vcpu", "16M", "--rate", "10MB/s", "--threads", "2",
  ]

  @Test("Each mechanism has a row for small pages, and two for large ones")
  func rows() throws {
    let run = try CommandRun(small)
    #expect(run.status == 0)
    #expect(run.output.contains(" ways to track its writes let the machine move."))
    for mechanism in ["wp", "manual", "dbit", "pml", "ring"] {
      let rows = run.output.split(separator: "\n").filter { $0.hasPrefix("\(mechanism) ") }
      #expect(rows.count == 3, "\(mechanism)")
    }
    #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let one = try CommandRun(small + ["--mechanism", "pml", "--backing", "2M", "--split", "eager"])
    #expect(one.output.contains("This way to track its writes"))
  }

  @Test("A processor that has no page-modification log has four mechanisms")
  func arm() throws {
    let run = try CommandRun(small + ["--host", "arm-s2-4k", "--csv", "-"])
    #expect(run.status == 0)
    #expect(run.output.split(separator: "\n").count == 1 + 4 * 3)
  }

  @Test("The printed scenario is the file that asks the same")
  func printed() throws {
    let printed = try CommandRun(small + ["--print-scenario"])
    #expect(printed.status == 0)
    let again = try CommandRun(["migrate", "-", "--json", "-"], input: printed.output)
    let first = try CommandRun(small + ["--json", "-"])
    #expect(again.output == first.output)
    #expect(first.output.contains("nestwalk.migration-comparison/1"))
    // Times are whole nanoseconds.
    for name in ["total", "downtime", "setup", "start", "sending", "expectedDowntime", "p50"] {
      let lines = first.output.split(separator: "\n").filter { $0.contains("\"\(name)\":") }
      #expect(!lines.isEmpty, "\(name)")
      #expect(lines.allSatisfy { !$0.contains(".") }, "\(name)")
    }
  }

  @Test("Of several machines one is played by itself, and which one is said; or all")
  func several() throws {
    let file = """
      study: migration
      machine: {memory: 16 MiB, processors: 2}
      writer: {rate: 10 MB/s}
      machines: 3
      atOnce: 2
      """
    let ask = ["migrate", "-", "--mechanism", "wp", "--backing", "4K"]
    let first = try CommandRun(ask, input: file)
    #expect(first.status == 0, "\(first.errors)")
    #expect(words(first).contains("1 of 3, by itself, with the 5 Gbit/s of the link that it"))
    #expect(words(first).contains("that it has while 2 send; --machine N"))
    let alone = try CommandRun(ask + ["--set", "atOnce=1"], input: file)
    #expect(words(alone).contains("machine 1 of 3, by itself, with the whole link; --machine N"))
    #expect(first.output == (try CommandRun(ask + ["--machine", "1"], input: file)).output)
    let third = try CommandRun(ask + ["--machine", "3", "--json", "-"], input: file)
    #expect(third.output.contains("Played is machine 3 of 3"))
    let all = try CommandRun(ask + ["--machine", "all", "--json", "-"], input: file)
    #expect(all.output.contains("All 3 machines are played, 2 at once"))
    #expect(all.output.contains("This way to track their writes lets the machines move"))
    #expect(all.output.contains("Their guests lose "))
    let ways = try CommandRun(
      ["migrate", "-", "--mechanism", "wp", "--machine", "all"], input: file)
    #expect(words(ways).contains("to track their writes let the machines move. Their guests lose"))
    #expect(!words(ways).contains("Its guest"))
    let object = try JSONSerialization.jsonObject(with: Data(all.output.utf8))
    let report = try #require(object as? [String: Any])
    let rows = try #require(report["rows"] as? [[String: Any]])
    #expect((rows[0]["machines"] as? [Any])?.count == 3)
    #expect(rows[0]["moved"] as? Int == 3)
    let none = try CommandRun(ask + ["--machine", "4"], input: file)
    #expect(none.status == 2)
    #expect(none.errors.contains("“--machine” is 4, and the file has 3 machines."))
    let printed = try CommandRun(ask + ["--machine", "4", "--print-scenario"], input: file)
    #expect(printed.status == 2)
    #expect(printed.output.isEmpty)
    #expect(printed.errors == none.errors)
  }

  /// What a run writes, without the ends of its lines.
  private func words(_ run: CommandRun) -> String { run.lines.joined(separator: " ") }

  @Test("What no rings of the modification log can be is told with what would be right")
  func smallRings() throws {
    let file = """
      study: migration
      machine: {memory: 16 MiB, processors: 2}
      writer: {rate: 10 MB/s}
      tracking: {mechanism: ring, ring: 512}
      """
    let run = try CommandRun(["migrate", "-"], input: file)
    #expect(run.status == 2)
    #expect(run.errors.contains("1024 entries or more, and not 512: “--ring-entries 1024” would"))
    for options in [["--ring-entries", "1024"], ["--mechanism", "ring"]] {
      let run = try CommandRun(["migrate", "-"] + options, input: file)
      #expect(run.status == 0, "\(run.errors)")
    }
  }

  @Test("A machine that no way can move is status 3")
  func stays() throws {
    let file = """
      study: migration
      machine: {memory: 16 MiB, processors: 2}
      writer: {pattern: sequential, rate: 4 GB/s}
      link: {bandwidth: 1 Gbit/s}
      precopy: {downtime: 1 ms, rounds: 3, limit: 1 s}
      """
    let run = try CommandRun(["migrate", "-", "--mechanism", "wp"], input: file)
    #expect(run.status == 3)
    #expect(run.output.contains("None of 3 ways"))
  }

  @Test(
    "What goes with phases alone, or doesn't go with a file, is refused",
    arguments: [
      (["--rate", "1MB/s", "--iterations", "3"], "“--iterations” has a meaning with “--phases”"),
      (["x.yaml", "--rate", "1MB/s"], "“--rate” describes a machine, and so does FILE"),
      (["--rate", "1MB/s", "--backing", "3M"], "it must be 4K, 2M or 1G"),
      (["--rate", "1MB/s", "--ring-entries", "2"], "a power of two from 256 to 65536"),
      (["--rate", "1MB/s", "--ring-entries", "1000"], "a power of two from 256 to 65536"),
      (
        ["--rate", "1MB/s", "--ring-entries", "512"],
        "“--ring-entries 1024” would be right, or “--mechanism ring” alone."
      ),
      (
        ["--rate", "1MB/s", "--mechanism", "ring", "--ring-entries", "5000"],
        "nestwalk migrate: “--ring-entries” is 5000: it must be a power of two from 256 to 65536."
      ),
      (
        ["--rate", "1MB/s", "--mechanism", "pml-ring", "--ring-entries", "512"],
        "a power of two from 1024 to 65536"
      ),
      (
        ["--rate", "1MB/s", "--mechanism", "wp", "--ring-entries", "4096"],
        "“--ring-entries” has no meaning without “--mechanism ring” or “--mechanism pml-ring”."
      ),
      (
        ["--rate", "1MB/s", "--backing", "4K", "--split", "eager"],
        "“--split” has no meaning with “--backing 4K”"
      ),
      (["--rate", "1MB/s", "--machine", "2"], "“--machine” chooses one of FILE's"),
      (["--phases", "--machine", "2"], "“--machine” chooses between machines"),
      (["x.yaml", "--machine", "0"], "it must be “all”, or a number from 1 on"),
      (["--script", "-", "--mechanism", "wp"], "“--mechanism” has no meaning with “--script”."),
      (["--script", "-", "--csv", "x"], "“--csv” has no meaning with “--script”."),
      (["--rate", "1MB/s", "--threads", "0"], "it must be from 1 to 1024"),
      (["--rate", "fast"], "a data rate"),
      (["--rate", "1MB/s", "--host", "npt4", "--mechanism", "pml"], "no such way to track writes"),
      (["--rate", "1MB/s", "--host", "npt4", "--profile", "kunpeng-920"], "arm64"),
      (["--phases", "--rate", "1MB/s"], "belong to migrations"),
      (["--rate", "1MB/s", "--vcpus", "0"], "1 to 1024 processors"),
      (["--rate", "0", "--bandwidth", "0"], "0 bit/s of the link"),
      (["--rate", "20MB/s", "--bandwidth", "1bit/s"], "1 bit/s of the link"),
    ])
  func refusals(_ options: [String], _ sentence: String) throws {
    let run = try CommandRun(["migrate"] + options)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains(sentence), "\(run.errors)")
  }
}
