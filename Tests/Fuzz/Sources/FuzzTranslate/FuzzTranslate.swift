import Nestwalk

/// Takes numbers from the fuzzer's bytes, and zeros when they are used up.
private struct Source {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

  mutating func word() -> UInt64 { (0..<8).reduce(0) { word, _ in word << 8 | UInt64(byte()) } }

  /// A word that is mostly like `usual`: the fuzzer's own only when it asks for it.
  mutating func word(usually usual: UInt64) -> UInt64 {
    switch byte() & 7 {
    case 0: word()
    case 1: usual ^ 1 << UInt64(byte() & 63)
    case 2: usual & ~0xffff | word() & 0xffff
    default: usual
    }
  }
}

private let memoryBytes = 1 << 16

/// Translates arbitrary accesses with arbitrary registers over an arbitrary image.
///
/// The image is a stretch of the fuzzer's words, repeated: pointers into the image are common.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzTranslate(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var source = Source(Array(UnsafeBufferPointer(start: start, count: count)))
  guard var memory = try? PhysicalMemory(at: HostPhysical(0), bytes: memoryBytes) else { return 0 }
  // A second region takes what lies beyond the first, now and then.
  if source.byte() & 1 == 1 {
    try? memory.addRegion(at: HostPhysical(UInt64(memoryBytes)), bytes: memoryBytes / 2)
  }
  let isa = source.byte() % 3
  let shift: UInt64 = isa == 2 ? 2 : 0
  let stretch = (0..<16).map { _ in
    let flags = source.word(usually: 0x0000_0000_0000_07ff)
    return (UInt64(source.byte() & 15) << 12) >> shift | flags
  }
  let stride = Int(source.byte()) | 1
  for place in 0..<memoryBytes / 8 {
    memory.store(stretch[(place * stride) & 15], at: HostPhysical(UInt64(place) * 8))
  }
  switch isa {
  case 0:
    var registers = X86Registers()
    registers.cr0 = source.word(usually: 0x8001_0001)
    registers.cr3 = source.word(usually: 0x1000)
    registers.cr4 = source.word(usually: 0x20)
    registers.efer = source.word(usually: 0xd00)
    registers.rflags = source.word(usually: 0)
    registers.pkru = source.word(usually: 0)
    registers.maxphyaddr = source.word(usually: 46)
    switch source.byte() & 3 {
    case 0: break
    case 1: registers.ncr3 = source.word(usually: 0x2000)
    default: registers.eptp = source.word(usually: 0x205e)
    }
    registers.secondaryControls = source.word(usually: 0)
    registers.ia32VMXEPTVPIDCap = source.word(usually: registers.ia32VMXEPTVPIDCap)
    registers.ia32PKRS = source.word(usually: 0)
    registers.accessedFlags = source.byte() & 1 == 0 ? .eachLevel : .onSuccess
    registers.hostCR0 = source.word(usually: registers.hostCR0)
    registers.hostCR4 = source.word(usually: registers.hostCR4)
    registers.hostEFER = source.word(usually: registers.hostEFER)
    run(X86Processor.self, registers, &source, &memory)
  case 1:
    var registers = ArmRegisters()
    registers.hcrEL2 = source.word(usually: 0x8000_0001)
    registers.vtcrEL2 = source.word(usually: 0x8005_3559)
    registers.vttbrEL2 = source.word(usually: 0x2000)
    registers.tcrEL1 = source.word(usually: 0x5_b519_3519)
    registers.ttbr0EL1 = source.word(usually: 0x1000)
    registers.ttbr1EL1 = source.word(usually: 0x3000)
    registers.sctlrEL1 = source.word(usually: 1)
    registers.mairEL1 = source.word(usually: 0xff44)
    registers.pstate = source.word(usually: 0)
    registers.idAA64MMFR0EL1 = source.word(usually: 5)
    let choices = source.byte()
    registers.sizeOutOfRange = choices & 1 == 0 ? .fault : .nearest
    registers.deviceFetch = choices & 2 == 0 ? .allowed : .denied
    registers.deniedAccessFlag = choices & 4 == 0 ? .kept : .set
    run(ArmProcessor.self, registers, &source, &memory)
  default:
    var registers = RISCVRegisters()
    registers.vsatp = source.word(usually: 8 << 60 | 1)
    registers.hgatp = source.word(usually: 8 << 60 | 4)
    registers.vsstatus = source.word(usually: 0)
    registers.sstatus = source.word(usually: 0)
    registers.hstatus = source.word(usually: 0)
    registers.menvcfg = source.word(usually: 3 << 61)
    registers.henvcfg = source.word(usually: 3 << 61)
    run(RISCVProcessor.self, registers, &source, &memory)
  }
  return 0
}

private func run<Model: Processor & ~Copyable>(
  _: Model.Type, _ registers: Model.Registers, _ source: inout Source,
  _ memory: inout PhysicalMemory
) {
  let model: Model
  do {
    model = try Model(registers)
  } catch {
    precondition(error.description.hasSuffix("."))
    return
  }
  for _ in 0..<8 {
    let kinds = Access.Kind.allCases
    let access = Access(
      kinds[Int(source.byte()) % kinds.count], source.byte() & 1 == 0 ? .supervisor : .user,
      isAddressTranslation: source.byte() & 7 == 0, instruction: UInt32(source.word() >> 32))
    let address = GuestVirtual(source.word(usually: UInt64(source.byte()) << 12))
    var trace = WalkTrace()
    do {
      let found = try model.translate(address, access, in: &memory, observer: &trace)
      // What is set stays set: the same access arrives at the same place and updates nothing. (A table
      // that maps itself can be changed by its own update, so the second try may differ once.)
      if found.updates == 0 {
        let again = try model.translate(address, access, in: &memory)
        precondition(again == found)
      }
    } catch {
      precondition(!model.report(error).words.isEmpty)
    }
    precondition(trace.steps.count <= 64)
  }
}
