import Console
import Paging
import Records

/// `nestwalk translate`: answers accesses in bulk.
struct Translate: Command {
  var memory: [MemoryArgument] = []
  var writeBack: [FilePath] = []
  var explain: Int?
  var accesses: FilePath?

  static let name = "translate"
  static let summary = "answer accesses in bulk, on a memory image"
  static let discussion =
    [
      "Reads one JSON object a line and answers each by one line on standard output, in the same order:"
        + " the host-physical address, or the fault with what the architecture tells about it."
        + " Registers last from line to line until a line changes them, and so do the accessed and dirty"
        + " bits that the accesses set. A line that can't be answered gets {\"error\":…} in its place, a"
        + " diagnostic FILE:LINE:COLUMN on standard error, and in the end the exit status 2.",
      "A line's keys are “isa” (x86-64, arm64, riscv64), “address”, “access” (read, write, fetch; riscv64:"
        + " hlvx; arm64: at-read, at-write), “cpl”, “el” or “mode” (vs, vu), “instruction”, “options”, and"
        + " the ISA's registers.",
    ]
    + ISA.allCases.map {
      "Registers of \($0.rawValue): \(ISARegisters.names(of: $0).joined(separator: ", "))."
    }
  static let examples = [
    CommandExample(
      "nestwalk translate --memory guest.img@0x80000000 accesses.ndjson",
      "Answers each line of accesses.ndjson on the image guest.img."),
    CommandExample(
      "nestwalk translate --memory guest.img@0x80000000 --write-back after.img < accesses.ndjson",
      "Saves the image as the accesses leave it, with accessed and dirty bits set."),
  ]
  static let parameters: [Parameter<Self>] = [
    .positional(
      "ACCESSES", \.accesses,
      "The file with the accesses; standard input where there is none or “-”"),
    .option(
      "memory", \.memory, value: "FILE@BASE",
      "Place the bytes of FILE at the host-physical address BASE, in hexadecimal or decimal"),
    .option(
      "write-back", \.writeBack, value: "FILE",
      "Save the memory as the accesses leave it: one FILE for each --memory, in the same order"),
    .option(
      "explain", \.explain, value: "N",
      "Tell the walk of line N step by step, on standard error"),
  ]

  func problems() -> [String] {
    var problems: [String] = []
    if !writeBack.isEmpty, writeBack.count != memory.count {
      problems.append(
        "“--memory” is given \(TextLayout.count(memory.count, "time")) and “--write-back”"
          + " \(TextLayout.count(writeBack.count, "time")): there must be one for each, or none.")
    }
    if writeBack.contains(where: \.isStandardStream) {
      problems.append("“--write-back” is “-”: standard output is taken by the answers.")
    }
    if Set(writeBack).count != writeBack.count {
      problems.append("“--write-back” names the same file twice.")
    }
    if let accesses, !accesses.isStandardStream, writeBack.contains(accesses) {
      problems.append("“--write-back” is “\(accesses.path)”, which holds the accesses.")
    }
    if let explain, explain < 1 {
      problems.append("“--explain” is \(explain): lines are counted from 1.")
    }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    var memory = PhysicalMemory()
    for argument in self.memory { try argument.load(into: &memory) }
    var run: TranslateRun
    do throws(SystemError) {
      let path = accesses.flatMap { $0.isStandardStream ? nil : $0.path }
      let file = if let path { try File.reading(path) } else { File.standardInput() }
      run = TranslateRun(file, memory: memory, explain: explain)
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
    do throws(SystemError) {
      let status = try run.answerAll(evenUnread: !writeBack.isEmpty)
      for (number, file) in writeBack.enumerated() { try run.save(region: number, to: file.path) }
      return status
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }
}
