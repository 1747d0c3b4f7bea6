import Foundation
import Paging
import Records
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("nestwalk walk")
struct WalkCommandTests {
  /// The pairs of formats of one architecture.
  static let pairs = GuestFormat.allCases.flatMap { guest in
    HostFormat.allCases.filter { $0.isa == guest.isa }.map { (guest, $0) }
  }

  /// The number after `"key":` in the command's own JSON.
  private func number(_ key: String, in text: String) -> Int? {
    guard let range = text.range(of: "\"\(key)\": ") else { return nil }
    return Int(text[range.upperBound...].prefix { $0.isNumber })
  }

  @Test("A walk of g levels over h takes (g+1)(h+1)−1 reads", arguments: pairs)
  func reads(guest: GuestFormat, host: HostFormat) throws {
    let run = try CommandRun([
      "walk", "--guest", guest.rawValue, "--host", host.rawValue, "--json", "-",
    ])
    #expect(run.status == 0, "\(run.errors)")
    let expected = (guest.shape.levels + 1) * (host.shape.levels + 1) - 1
    #expect(number("reads", in: run.output) == expected)
    #expect(run.output.components(separatedBy: "\"read\":").count - 1 == expected)
  }

  @Test("Large pages leave out what is below them", arguments: pairs)
  func largePages(guest: GuestFormat, host: HostFormat) throws {
    for (guestLevel, guestSize) in guest.shape.pageSizes.enumerated() {
      let hostLevel = host.shape.leafLevels.upperBound
      let hostSize = host.shape.pageSizes[hostLevel]
      let run = try CommandRun([
        "walk", "--guest", guest.rawValue, "--host", host.rawValue, "--json", "-",
        "--guest-page", "\(guestSize)", "--host-page", "\(hostSize)", "--access", "write",
      ])
      #expect(run.status == 0, "\(run.errors)")
      let rows = guest.shape.levels - guestLevel
      let columns = host.shape.levels - hostLevel
      #expect(number("reads", in: run.output) == (rows + 1) * (columns + 1) - 1)
    }
  }

  @Test("Each kind of fault stops where it should", arguments: pairs)
  func faults(guest: GuestFormat, host: HostFormat) throws {
    for (kind, stage, context) in [
      ("guest", 1, "final-access"), ("missing", 2, "final-access"),
      ("permission", 2, "final-access"), ("cascade", 2, "table-read"),
    ] {
      let run = try CommandRun([
        "walk", "--guest", guest.rawValue, "--host", host.rawValue, "--json", "-",
        "--access", "write", "--fault", kind,
      ])
      #expect(run.status == 0, "\(run.errors)")
      // Of the steps each has a stage too; the fault's comes first.
      #expect(number("stage", in: run.output) == stage, "\(kind)")
      #expect(run.output.contains("\"context\": \"\(context)\""), "\(kind)")
      let cause = kind == "permission" ? "permission" : "missing"
      #expect(run.output.contains("\"cause\": \"\(cause)\""), "\(kind)")
    }
  }

  @Test("Text, JSON and drawing are written to files, whole")
  func files() throws {
    let folder = try TemporaryFolder()
    let run = try CommandRun(
      ["walk", "--guest", "sv39", "--json", "walk.json", "--svg", "walk.svg"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("sv39 over sv39x4: a read in VS-mode"))
    #expect(folder.names == ["walk.json", "walk.svg"])
    var reader = JSONReader(try folder.read("walk.json"))
    try reader.skip()
    try reader.finish()
    let drawing = Data(try folder.read("walk.svg"))
    let elements = Elements()
    let parser = XMLParser(data: drawing)
    parser.delegate = elements
    #expect(parser.parse())
    // The paper, 15 reads; the arrows between them and the marker's head.
    #expect(elements.counts["rect"] == 16)
    #expect(elements.counts["path"] == 15)
    #expect(elements.counts["title"] == 1)
    #expect(elements.counts["desc"] == 1)
    #expect(String(decoding: drawing, as: UTF8.self).contains("prefers-color-scheme:dark"))
  }

  @Test("The record in the JSON gives the same walk again")
  func record() throws {
    let folder = try TemporaryFolder()
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 14)
    memory.store(0x4000_0000 >> 2 | 0x1f, at: HostPhysical(0x8000_0000))
    try folder.write(words(&memory), to: "image")
    let lines = """
      {"isa":"riscv64","hgatp":"0x8000000000080000","menvcfg":"0x2000000000000000"}
      {"address":"0x1238","access":"write","mode":"vu"}
      {"address":"0x38"}
      """
    let arguments = ["walk", "--record", "-", "--memory", "image@0x80000000"]
    let second = try CommandRun(arguments + ["--line", "2"], input: lines, in: folder.url)
    #expect(second.status == 0)
    #expect(
      second.output == """
        sv39x4 alone: a write in VU-mode at guest-virtual 0x1238

        Each read: where the entry lies in the machine's memory, and below it the entry.

                    level 2
        -- 1: the access, at guest-physical 0x1238 --
                   80000000
                   1000001f

        The access arrives at host-physical 0x40001238: 1 table read, 1 update.
          host page   1G at host-physical 0x40000000
                      entry: page R W X U A D

        The walk has changed:
          the G-stage entry of level 2, at 0x80000000
            from 0x1000001f to 0x100000df

        """)
    // The last access, after the one before it has set the flags.
    let last = try CommandRun(arguments + ["--json", "-"], input: lines, in: folder.url)
    #expect(last.output.contains("\"entry\": \"0x100000df\""))
    #expect(number("updates", in: last.output) == 0)
  }

  @Test("A walk that leaves the memory is shown as far as it came, and is bad input")
  func leavesMemory() throws {
    let folder = try TemporaryFolder()
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 14)
    memory.store(0x9000_0000 >> 2 | 1, at: HostPhysical(0x8000_0000))
    try folder.write(words(&memory), to: "image")
    let run = try CommandRun(
      ["walk", "--record", "-", "--memory", "image@0x80000000"],
      input: #"{"isa":"riscv64","hgatp":"0x8000000000080000","address":"0x38"}"#, in: folder.url)
    #expect(run.status == 2)
    #expect(
      run.output == """
        sv39x4 alone: a read in VS-mode at guest-virtual 0x38

        Each read: where the entry lies in the machine's memory, and below it the entry.

                    level 2
        -- 1: the access, at guest-physical 0x38 --
                   80000000
                   24000001

        The walk of the hypervisor's tables reads an entry at host-physical 0x90000000,
        outside the given memory.

        """)
  }

  @Test(
    "What does not go together is refused in a sentence",
    arguments: [
      (
        ["--guest", "sv39", "--host", "ept4"],
        "“--guest” is “sv39” and “--host” is “ept4”: they must be of one architecture."
      ),
      (
        ["--guest", "sv39", "--guest-page", "3M"],
        "“--guest-page” is “3M”: sv39 has pages of “4K”, “2M” and “1G”."
      ),
      (
        ["--host", "arm-s2-64k", "--host-page", "1G"],
        "“--host-page” is “1G”: arm-s2-64k has pages of “64K” and “512M”."
      ),
      (
        ["--access", "hlvx"],
        "“--access” is “hlvx”, which x86-64 doesn't have."
      ),
      (
        ["--fault", "permission"],
        "“--fault” is “permission”: the access must be a write or a fetch, because a page that can be"
          + " used at all can be read."
      ),
      (["--memory", "x@0"], "“--memory” needs “--record”."),
      (["--line", "3"], "“--line” needs “--record”."),
      (["--record", "x", "--clean"], "“--clean” is for an example: leave out “--record”."),
      (["--record", "x", "--line", "0"], "“--line” is 0: lines are counted from 1."),
      (["--json", "-", "--svg", "-"], "“--json” and “--svg” can't both be “-”."),
      (["--json", "x", "--svg", "x"], "“--json” and “--svg” can't both be “x”."),
      (["--record", "x", "--svg", "x"], "“--svg” is “x”, which is read."),
      (["--record", "y", "--memory", "x@0", "--json", "x"], "“--json” is “x”, which is read."),
    ])
  func refusals(arguments: [String], sentence: String) throws {
    let run = try CommandRun(["walk"] + arguments)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(
      run.errors == """
        nestwalk walk: \(sentence)
        See “nestwalk walk --help”.

        """)
  }

  @Test(
    "The title says who does what",
    arguments: [
      (["--guest", "sv39", "--access", "hlvx", "--user"], "an HLVX load in VU-mode"),
      (["--guest", "sv39", "--access", "fetch"], "a fetch in VS-mode"),
      (["--guest", "arm-s1-4k", "--access", "at-write"], "a write by an AT instruction at EL1"),
      (["--guest", "x86-4", "--user"], "a read at CPL 3"),
    ])
  func titles(arguments: [String], words: String) throws {
    let run = try CommandRun(["walk"] + arguments)
    #expect(run.lines.first?.contains(": \(words) at guest-virtual") == true, "\(run.output)")
  }

  @Test("No line is wider than 80 columns", arguments: pairs)
  func width(guest: GuestFormat, host: HostFormat) throws {
    for access in ["write"] + (guest.isa == .arm ? ["at-write"] : []) {
      for fault in [[], ["--fault", "cascade"]] {
        let run = try CommandRun(
          ["walk", "--guest", guest.rawValue, "--host", host.rawValue, "--access", access] + fault)
        #expect(run.status == 0)
        #expect(run.lines.allSatisfy { $0.count <= 80 }, "\(run.output)")
      }
    }
  }

  @Test(
    "A record that can't be explained is refused with its place",
    arguments: [
      ("", [], "<stdin>: no line has an address."),
      (#"{"isa":"arm64"}"#, ["--line", "1"], "<stdin>: line 1 has no address."),
      (#"{"isa":"arm64"}"#, ["--line", "2"], "<stdin> has no line 2: it has 1."),
      (#"{"isa":"arm65"}"#, [], "<stdin>:1:8: “isa” is “arm65”"),
    ])
  func badRecords(input: String, arguments: [String], start: String) throws {
    let run = try CommandRun(["walk", "--record", "-"] + arguments, input: input)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("nestwalk walk: \(start)"), "\(run.errors)")
  }
}

/// Counts the elements of an XML text.
private final class Elements: NSObject, XMLParserDelegate {
  private(set) var counts: [String: Int] = [:]

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    counts[name, default: 0] += 1
  }
}

/// The bytes of a memory's first region.
func words(_ memory: inout PhysicalMemory) -> [UInt8] {
  unsafe memory.withBytes(ofRegion: 0) { unsafe [UInt8]($0) }
}
