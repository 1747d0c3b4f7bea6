import Foundation
import Paging
import Testing

@Suite("nestwalk translate")
struct TranslateCommandTests {
  /// A folder with an image for 0x8000_0000 whose G-stage maps the first GiB, flags clear.
  private func example() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var memory = try PhysicalMemory(at: HostPhysical(0x8000_0000), bytes: 1 << 14)
    memory.store(0x4000_0000 >> 2 | 0x1f, at: HostPhysical(0x8000_0000))
    try folder.write(words(&memory), to: "image")
    return folder
  }

  private let registers =
    #"{"isa":"riscv64","hgatp":"0x8000000000080000","menvcfg":"0x2000000000000000"}"#

  private func answer(_ hpa: String, _ gpa: String, updates: Int) -> String {
    #"{"hpa":"\#(hpa)","gpa":"\#(gpa)","guestPageBytes":null,"hostPageBytes":1073741824,"#
      + #""reads":1,"updates":\#(updates)}"#
  }

  @Test("Answers come in order on one memory, which can be saved")
  func writeBack() throws {
    let folder = try example()
    let input = """
      \(registers)
      {"address":"0x10"}
      {"address":"0x20","access":"write"}

      {"address":"0x30"}
      """
    try folder.write(Array(input.utf8), to: "accesses")
    let run = try CommandRun(
      ["translate", "accesses", "--memory", "image@2147483648", "--write-back", "after"],
      in: folder.url)
    #expect(run.status == 0)
    #expect(run.errors.isEmpty)
    #expect(
      run.lines == [
        #"{"registers":2}"#, answer("0x40000010", "0x10", updates: 1),
        answer("0x40000020", "0x20", updates: 1), answer("0x40000030", "0x30", updates: 0),
      ])
    #expect(folder.names == ["accesses", "after", "image"])
    #expect(try folder.read("image")[0] == 0x1f)
    #expect(try folder.read("after")[0] == 0xdf)
    #expect(try folder.read("after").dropFirst() == folder.read("image").dropFirst())
  }

  @Test("Several regions are saved in the order in which they were given")
  func regions() throws {
    let folder = try example()
    try folder.write(Array(repeating: 7, count: 16), to: "other")
    let run = try CommandRun(
      [
        "translate", "--memory", "other@0", "--memory", "image@0x80000000", "--write-back", "other",
        "--write-back", "after",
      ], input: registers + "\n" + #"{"address":0}"#, in: folder.url)
    #expect(run.status == 0)
    #expect(try folder.read("other") == Array(repeating: 7, count: 16))
    #expect(try folder.read("after")[0] == 0x5f)
  }

  @Test("Lines that can't be answered are told, and the others are answered")
  func badLines() throws {
    let folder = try example()
    let input = """
      \(registers)
      {"address":"0x10","acess":"write"}
      {"address":
      {"address":"0x10"}
      {"address":"0x10","hgatp":"0x8000000000090000"}
      \(String(repeating: " ", count: 1 << 20))1
      """
    let run = try CommandRun(
      ["translate", "--memory", "image@0x80000000"], input: input, in: folder.url)
    #expect(run.status == 2)
    #expect(
      run.lines == [
        #"{"registers":2}"#,
        #"{"error":"There is no key “acess”. Is “access” meant?"}"#,
        #"{"error":"The text ends where a value was expected."}"#,
        answer("0x40000010", "0x10", updates: 1),
        #"{"error":"The walk of the hypervisor's tables reads an entry at host-physical 0x90000000,"#
          + #" outside the given memory."}"#,
        #"{"error":"The line is longer than 1048576 bytes."}"#,
      ])
    #expect(
      run.errors == """
        <stdin>:2:19: There is no key “acess”. Is “access” meant?
        <stdin>:3:12: The text ends where a value was expected.
        <stdin>:5:1: The walk of the hypervisor's tables reads an entry at host-physical 0x90000000,\
         outside the given memory.
        <stdin>:6:1: The line is longer than 1048576 bytes.

        """)
  }

  @Test("The longest line is answered, with and without an end")
  func longestLine() throws {
    let record = #"{"isa":"riscv64"}"#
    let line = record + String(repeating: " ", count: 1 << 20 - record.utf8.count)
    for end in ["", "\n"] {
      let run = try CommandRun(["translate"], input: line + end)
      #expect(run.output == "{\"registers\":0}\n")
    }
    let longer = try CommandRun(["translate"], input: line + " \n" + record + "\r\n")
    #expect(longer.status == 2)
    #expect(longer.lines.last == "{\"registers\":0}")
    #expect(longer.lines.count == 2)
  }

  @Test("Each line is answered before the next is written")
  func conversation() throws {
    let process = Process()
    process.executableURL = CommandRun.program
    process.arguments = ["translate"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    for address in 1...3 {
      let line = #"{"isa":"riscv64","address":\#(address)}"# + "\n"
      input.fileHandleForWriting.write(Data(line.utf8))
      let answer = output.fileHandleForReading.availableData
      #expect(String(decoding: answer, as: UTF8.self).hasPrefix(#"{"hpa":"0x\#(address)""#))
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test("Nobody has to read the answers, and the memory is saved all the same")
  func closedOutput() throws {
    let folder = try example()
    let line = #"{"address":"0x10","access":"write"}"# + "\n"
    let accesses = registers + "\n" + String(repeating: line, count: 20_000)
    try folder.write(Array(accesses.utf8), to: "accesses")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.currentDirectoryURL = folder.url
    process.arguments = [
      "-c",
      "{ \"$0\" translate accesses --memory image@0x80000000 --write-back after; echo $? > status; }"
        + " | head -n 1",
      CommandRun.program.path,
    ]
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    process.waitUntilExit()
    #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
    #expect(try folder.read("status") == Array("0\n".utf8))
    #expect(try folder.read("after")[0] == 0xdf)
  }

  @Test("The walk of a line is told on standard error")
  func explain() throws {
    let folder = try example()
    let input = registers + "\n" + #"{"address":"0x10"}"#
    let arguments = ["translate", "--memory", "image@0x80000000", "--explain"]
    let run = try CommandRun(arguments + ["2"], input: input, in: folder.url)
    #expect(run.status == 0)
    #expect(run.lines.count == 2)
    #expect(run.errors.hasPrefix("Line 2, sv39x4 alone: a read in VS-mode at guest-virtual 0x10\n"))
    let none = try CommandRun(arguments + ["1"], input: input, in: folder.url)
    #expect(none.errors == "Line 1 makes no access: there is no walk to explain.\n")
    let beyond = try CommandRun(arguments + ["3"], input: input, in: folder.url)
    #expect(beyond.status == 2)
    #expect(
      beyond.errors == "nestwalk translate: There is no line 3 to explain: the input has 2.\n")
  }

  @Test(
    "Arguments that can't be followed are refused before anything is done",
    arguments: [
      (["absent"], "absent can't be opened: No such file or directory."),
      (["."], ". can't be read: Is a directory."),
      (["--memory", "absent@0"], "absent can't be opened: No such file or directory."),
      (["--memory", ".@0"], ". can't be read: Is a directory."),
      (["--memory", "/dev/null@0"], "/dev/null can't be a memory: it is no regular file."),
      (
        ["--memory", "image@4"],
        "image: A region at 0x4 is refused: its base must be a multiple of 8."
      ),
      (
        ["--memory", "image@0", "--memory", "image@8"],
        "image: A region of 16384 bytes at 0x8 is refused: it overlaps the one at 0x0."
      ),
    ])
  func refusals(arguments: [String], sentence: String) throws {
    let folder = try example()
    let run = try CommandRun(["translate"] + arguments, in: folder.url)
    #expect(run.status == 2)
    #expect(run.output.isEmpty)
    #expect(run.errors == "nestwalk translate: \(sentence)\n")
    #expect(folder.names == ["image"])
  }

  @Test("A pipe as a memory is refused, and not waited for")
  func pipe() throws {
    let folder = try example()
    let made = unsafe mkfifo(folder.path("pipe"), 0o600)
    #expect(made == 0)
    let run = try CommandRun(["translate", "--memory", "pipe@0"], in: folder.url)
    #expect(run.status == 2)
    #expect(run.errors == "nestwalk translate: pipe can't be a memory: it is no regular file.\n")
  }

  @Test("Every memory is saved or none is")
  func unequalCounts() throws {
    let run = try CommandRun(["translate", "--write-back", "x", "--explain", "0"])
    #expect(run.status == 2)
    #expect(
      run.errors == """
        nestwalk translate: “--memory” is given 0 times and “--write-back” 1 time: there must be one\
         for each, or none.
        nestwalk translate: “--explain” is 0: lines are counted from 1.
        See “nestwalk translate --help”.

        """)
  }

  @Test("The accesses are not written over")
  func accessesAsOutput() throws {
    let folder = try example()
    try folder.write(Array(registers.utf8), to: "accesses")
    let run = try CommandRun(
      ["translate", "accesses", "--memory", "image@0", "--write-back", "accesses"], in: folder.url)
    #expect(run.status == 2)
    #expect(
      run.errors == """
        nestwalk translate: “--write-back” is “accesses”, which holds the accesses.
        See “nestwalk translate --help”.

        """)
    #expect(try folder.read("accesses") == Array(registers.utf8))
  }

  @Test("A file that can't be written leaves nothing behind, and the run has failed")
  func unwritable() throws {
    let folder = try example()
    let run = try CommandRun(
      ["translate", "--memory", "image@0", "--write-back", "none/x"], in: folder.url)
    #expect(run.status == 1)
    #expect(
      run.errors == "nestwalk translate: none/x can't be written: No such file or directory.\n")
    #expect(folder.names == ["image"])
  }

  @Test("A device is written into and not replaced")
  func devices() throws {
    let folder = try example()
    let run = try CommandRun(
      ["translate", "--memory", "image@0", "--write-back", "/dev/null"], in: folder.url)
    #expect(run.status == 0)
    #expect(
      try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        == .typeCharacterSpecial)
    let full = try CommandRun(
      ["translate", "--memory", "image@0", "--write-back", "/dev/full"], in: folder.url)
    #expect(full.status == 1)
    #expect(
      full.errors == "nestwalk translate: /dev/full can't be written: No space left on device.\n")
  }

  @Test("A link stays a link, and a file keeps its rights")
  func linksAndRights() throws {
    let folder = try example()
    try folder.write([], to: "target")
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path("target"))
    try manager.createSymbolicLink(
      atPath: folder.path("link"), withDestinationPath: folder.path("target"))
    let run = try CommandRun(
      ["translate", "--memory", "image@0", "--write-back", "link"], in: folder.url)
    #expect(run.status == 0)
    #expect(folder.names == ["image", "link", "target"])
    #expect(try folder.read("target") == folder.read("image"))
    #expect(try manager.destinationOfSymbolicLink(atPath: folder.path("link")).hasSuffix("target"))
    let rights = try manager.attributesOfItem(atPath: folder.path("target"))[.posixPermissions]
    #expect(rights as? Int == 0o640)
  }
}
