@testable import Paging

/// The registers of a processor that walks through edited tables alone, with its flags on.
enum TableWalker: Sendable {
  case x86(X86Registers)
  case arm(ArmRegisters)
  case riscv(RISCVRegisters)

  init(_ tables: borrowing EditedTables) throws {
    let address = tables.tables.root.address
    let guest = try GuestFormat(rawValue: tables.name).map {
      try GuestRoot($0, at: GuestPhysical(address), placed: .identity)
    }
    let host = try HostFormat(rawValue: tables.name).map {
      try HostRoot($0, at: HostPhysical(address))
    }
    switch tables.isa {
    case .x86:
      self = .x86(try X86Registers(guest: guest, host: host, eptFlags: true))
    case .arm:
      var registers = try ArmRegisters(guest: guest, host: host)
      registers.tcrEL1 |= 3 << 39
      registers.vtcrEL2 |= 3 << 21
      self = .arm(registers)
    case .riscv:
      var registers = try RISCVRegisters(guest: guest, host: host)
      registers.menvcfg = 1 << 61
      registers.henvcfg = 1 << 61
      self = .riscv(registers)
    }
  }

  /// What an access of user mode comes to.
  enum Outcome: Hashable {
    case arrives(HostPhysical)
    case missing
    case denied
  }

  func walk(
    _ address: UInt64, _ kind: Access.Kind, _ memory: inout PhysicalMemory
  ) throws -> Outcome {
    func outcome<P: Processor & ~Copyable>(_ processor: borrowing P) -> Outcome {
      do {
        let found = try processor.translate(
          GuestVirtual(address), Access(kind, .user), in: &memory)
        return .arrives(found.hostPhysical)
      } catch {
        return Self.failed(error)
      }
    }
    switch self {
    case .x86(let registers): return outcome(try X86Processor(registers))
    case .arm(let registers): return outcome(try ArmProcessor(registers))
    case .riscv(let registers): return outcome(try RISCVProcessor(registers))
    }
  }

  /// The same through caches.
  func walk(
    _ address: UInt64, _ kind: Access.Kind, _ memory: inout PhysicalMemory,
    _ caches: inout TranslationCaches
  ) throws -> Outcome {
    func outcome<P: Processor & ~Copyable>(_ processor: borrowing P) -> Outcome {
      do {
        let found = try processor.translate(
          GuestVirtual(address), Access(kind, .user), in: &memory, through: &caches)
        return .arrives(found.hostPhysical)
      } catch {
        return Self.failed(error)
      }
    }
    switch self {
    case .x86(let registers): return outcome(try X86Processor(registers))
    case .arm(let registers): return outcome(try ArmProcessor(registers))
    case .riscv(let registers): return outcome(try RISCVProcessor(registers))
    }
  }

  private static func failed(_ failure: WalkFailure) -> Outcome {
    failure.reason == .permission ? .denied : .missing
  }

  /// Lets caches carry out what an invalidation asks for.
  func tell(_ caches: inout TranslationCaches, of invalidation: Invalidation) throws {
    func tell<P: Processor & ~Copyable>(_ processor: borrowing P) {
      for instruction in invalidation.instructions(for: processor.maintenanceContext) {
        if let flush = processor.flush(instruction) { caches.apply(flush) }
      }
    }
    switch self {
    case .x86(let registers): tell(try X86Processor(registers))
    case .arm(let registers): tell(try ArmProcessor(registers))
    case .riscv(let registers): tell(try RISCVProcessor(registers))
    }
  }
}
