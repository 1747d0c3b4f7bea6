public import Paging

/// Answers records of `translate`, one line after another, on one memory.
///
/// It keeps what lasts from line to line: the ISA, each ISA's registers, and the memory with the
/// accessed and dirty bits that the accesses have set.
public struct TranslateSession: ~Copyable {
  /// What a line was.
  public enum Reply: Sendable, Hashable {
    /// A line without a record: nothing was written.
    case blank
    /// The line was answered.
    case answered
    /// The line could not be answered: ``diagnostics`` says why, and so does the answer.
    case refused
  }

  /// The memory, as the accesses so far leave it.
  public var memory: PhysicalMemory
  /// What is wrong with the line that was answered last.
  public private(set) var diagnostics: [Diagnostic] = []
  /// The number of the line whose walk is to be explained.
  public var explainedLine: Int?
  /// The walk of that line, once it has been answered.
  public private(set) var explained: ExplainedWalk?

  private var reader = RecordReader()
  private var isa: ISA?
  private var x86 = ProcessorSlot<X86Processor>(X86Registers())
  private var arm = ProcessorSlot<ArmProcessor>(ArmRegisters())
  private var riscv = ProcessorSlot<RISCVProcessor>(RISCVRegisters())

  /// A session on a memory, with all registers at their defaults.
  public init(memory: consuming PhysicalMemory) { self.memory = memory }

  /// Answers the record in a range of bytes, the line of this number, by one line of its own.
  ///
  /// A line that is malformed changes no register. Whether registers go together is found out when an
  /// access needs them: lines may set them one after another.
  public mutating func answer(
    _ bytes: [UInt8], in range: Range<Int>? = nil, line: Int = 1, to writer: inout JSONWriter
  ) -> Reply {
    let range = range ?? 0..<bytes.count
    if !diagnostics.isEmpty { diagnostics = [] }
    if line == explainedLine { explained = nil }
    guard !Self.isBlank(bytes, range) else { return .blank }
    reader.read(bytes, in: range)
    defer { reader.release() }
    guard reader.problems.isEmpty else {
      return refuse(reader.problems, start: range.lowerBound, line: line, &writer)
    }
    guard let isa = reader.isa(before: isa) else {
      if !reader.has(.isa) {
        reader.refuse(
          at: range.lowerBound, "Neither this line nor one before it names its “isa”.")
      }
      reader.checkUnknown()
      return refuse(reader.problems, start: range.lowerBound, line: line, &writer)
    }
    reader.checkKeys(of: isa)
    let address = reader.address()
    let access = address == nil ? .read : reader.access(isa: isa)
    let settings = takeOverRegisters(isa)
    guard reader.problems.isEmpty else {
      return refuse(reader.problems, start: range.lowerBound, line: line, &writer)
    }
    self.isa = isa
    guard let address else {
      writer.answer(registers: settings)
      return .answered
    }
    let outcome: Outcome
    if line == explainedLine {
      var trace = WalkTrace()
      outcome = translate(address, access, isa, trace: &trace)
      explained = explain(address, access, isa, outcome, trace)
    } else {
      outcome = translate(address, access, isa)
    }
    switch outcome {
    case .translated(let found):
      let isProbe = access.isAddressTranslation
      writer.answer(found, parEL1: isProbe ? arm.parEL1(found) : nil)
    case .failed(let failure, let report):
      if failure.reason == .absentMemory {
        let problem = RecordProblem(offset: range.lowerBound, sentence: failure.absenceSentence)
        return refuse([problem], start: range.lowerBound, line: line, &writer)
      }
      writer.answer(failure, report, isa: isa)
    case .refused(let error):
      let offset = reader.offset(ofRegister: error.register) ?? range.lowerBound
      let problem = RecordProblem(offset: offset, sentence: error.description)
      return refuse([problem], start: range.lowerBound, line: line, &writer)
    }
    return .answered
  }

  /// Hands the record's registers to the ISA's processor, if nothing is wrong with the record.
  private mutating func takeOverRegisters(_ isa: ISA) -> Int {
    switch isa {
    case .x86: x86.takeOver(&reader, RecordKey.x86Registers, .x86)
    case .arm: arm.takeOver(&reader, RecordKey.armRegisters, .arm)
    case .riscv: riscv.takeOver(&reader, RecordKey.riscvRegisters, .riscv)
    }
  }

  private mutating func translate(_ address: GuestVirtual, _ access: Access, _ isa: ISA) -> Outcome
  {
    switch isa {
    case .x86: x86.translate(address, access, in: &memory)
    case .arm: arm.translate(address, access, in: &memory)
    case .riscv: riscv.translate(address, access, in: &memory)
    }
  }

  private mutating func translate(
    _ address: GuestVirtual, _ access: Access, _ isa: ISA, trace: inout WalkTrace
  ) -> Outcome {
    switch isa {
    case .x86: x86.translate(address, access, in: &memory, trace: &trace)
    case .arm: arm.translate(address, access, in: &memory, trace: &trace)
    case .riscv: riscv.translate(address, access, in: &memory, trace: &trace)
    }
  }

  /// The walk with what can only be told now: its formats, and what it has left in memory.
  private func explain(
    _ address: GuestVirtual, _ access: Access, _ isa: ISA, _ outcome: Outcome, _ trace: WalkTrace
  ) -> ExplainedWalk {
    let registers: ISARegisters
    let formats: (guest: GuestFormat?, host: HostFormat?)
    switch isa {
    case .x86: (registers, formats) = (.x86(x86.registers), x86.formats(for: address))
    case .arm: (registers, formats) = (.arm(arm.registers), arm.formats(for: address))
    case .riscv: (registers, formats) = (.riscv(riscv.registers), riscv.formats(for: address))
    }
    var parEL1: UInt64?
    if access.isAddressTranslation, case .translated(let found) = outcome {
      parEL1 = arm.parEL1(found)
    }
    return ExplainedWalk(
      record: TranslateRecord(registers, address, access), guestFormat: formats.guest,
      hostFormat: formats.host, steps: trace.steps,
      entriesAfter: trace.steps.map { memory.word(at: $0.place) ?? $0.entry }, outcome: outcome,
      parEL1: parEL1)
  }

  private mutating func refuse(
    _ problems: [RecordProblem], start: Int, line: Int, _ writer: inout JSONWriter
  ) -> Reply {
    let sorted = problems.enumerated().sorted {
      ($0.element.offset, $0.offset) < ($1.element.offset, $1.offset)
    }
    diagnostics = sorted.map {
      Diagnostic(
        at: TextPosition(line: line, column: $0.element.offset - start + 1), $0.element.sentence)
    }
    writer.answer(error: diagnostics.map(\.message).joined(separator: " "))
    return .refused
  }

  private static func isBlank(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
    for index in range where bytes[index] > 0x20 { return false }
    return range.allSatisfy { [0x20, 0x09, 0x0d, 0x0a].contains(bytes[$0]) }
  }
}
