import Paging

/// The registers that records have set for one ISA, and the processor that has taken them over.
///
/// Registers may pass through combinations that no processor can have while lines set them one after
/// another, so a processor gets them only when an access needs it; and only if they have changed.
struct ProcessorSlot<Model: Processor & ~Copyable>: ~Copyable
where Model.Registers: Equatable {
  var registers: Model.Registers
  private var processor: Model?
  /// The registers that the processor has taken over.
  private var inForce: Model.Registers

  init(_ registers: Model.Registers) {
    self.registers = registers
    inForce = registers
    processor = nil
  }

  /// Takes over the registers that a record sets, unless something is wrong with it, and says how
  /// many there are.
  mutating func takeOver(
    _ reader: inout RecordReader, _ keys: Range<Int>, _ table: RegisterTable<Model.Registers>
  ) -> Int {
    var registers = registers
    let count = reader.setRegisters(keys, of: table, in: &registers)
    reader.choose(of: table, in: &registers)
    if reader.problems.isEmpty { self.registers = registers }
    return count
  }

  /// Translates one access under the registers as they are now.
  mutating func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) -> Outcome {
    do throws(RegisterError) {
      try settle()
    } catch {
      return .refused(error)
    }
    switch processor {
    case .some(let processor):
      do throws(WalkFailure) {
        return .translated(try processor.translate(address, access, in: &memory))
      } catch {
        return .failed(error, processor.report(error))
      }
    case .none: preconditionFailure("settling leaves a processor")
    }
  }

  /// Translates one access under the eyes of a trace.
  mutating func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    trace: inout WalkTrace
  ) -> Outcome {
    do throws(RegisterError) {
      try settle()
    } catch {
      return .refused(error)
    }
    switch processor {
    case .some(let processor):
      do throws(WalkFailure) {
        return .translated(
          try processor.translate(address, access, in: &memory, observer: &trace))
      } catch {
        return .failed(error, processor.report(error))
      }
    case .none: preconditionFailure("settling leaves a processor")
    }
  }

  /// The formats that translate an address, if a processor has taken the registers over.
  func formats(for address: GuestVirtual) -> (guest: GuestFormat?, host: HostFormat?) {
    switch processor {
    case .some(let processor): (processor.guestFormat(for: address), processor.hostFormat)
    case .none: (nil, nil)
    }
  }

  /// Hands the registers to the processor if they have changed.
  @inline(__always)
  private mutating func settle() throws(RegisterError) {
    if processor == nil {
      processor = try Model(registers)
    } else if registers != inForce {
      try processor?.set(registers)
    }
    inForce = registers
  }
}

extension ProcessorSlot where Model == ArmProcessor {
  /// What PAR_EL1 holds after an address translation instruction that succeeded.
  func parEL1(_ found: Translation) -> UInt64? { processor?.parEL1(found) }
}
