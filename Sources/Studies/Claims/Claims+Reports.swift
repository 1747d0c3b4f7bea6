import Costs
import Paging

/// The figures on what a fault's report tells, and on the walk itself.
extension Claims {
  static let reportRows: [Row] = [
    (
      "F13", "What RISC-V reports of a fault on a table",
      { (_) throws(ClaimError) in try riscvReport() }
    ),
    (
      "F14", "Where ESR_EL2 has the level", { (_) throws(ClaimError) in try armLevels() }
    ),
    (
      "F15", "Accesses of a two-stage walk",
      { (claims) throws(ClaimError) in try claims.walkReads() }
    ),
  ]

  private func walkReads() throws(ClaimError) -> Found {
    var study = ISAComparison(.firstTouch)
    study.memoryBytes = 64 << 20
    study.touches = 100
    let outcome = try Self.run(study, .x86Level4, .ept4, textbook(.x86))
    let reads = Double(outcome.tableReads) / 100
    return (
      [.model("table reads and the data's", .count, 25, reads + 1)],
      "\(Int(reads)) table reads, without any walk cache, and the access itself."
    )
  }

  /// Lets a walk of a guest's tables that are not mapped at the second stage fault.
  private static func riscvReport() throws(ClaimError) -> Found {
    do {
      var memory = try PhysicalMemory(bytes: 4 << 20)
      let host = try HostTables(.sv39x4, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
      let guest = try GuestTables(
        .sv39, at: GuestPhysical(2 << 20), bytes: 1 << 20, placed: .identity, in: &memory)
      let hart = try RISCVProcessor(RISCVRegisters(guest: guest.root, host: host.root))
      var failure: WalkFailure?
      do throws(WalkFailure) {
        _ = try hart.translate(GuestVirtual(0x4008), .read, in: &memory)
      } catch {
        failure = error
      }
      guard let failure, case .riscvTrap(let trap) = hart.report(failure) else {
        throw ClaimError.unexpected("the walk arrived")
      }
      return (
        [
          .model("htinst, which is 0 if it tells nothing", .register, 0, Double(trap.htinst)),
          .model("htval over the address", .ratio, 1, Double(trap.htval) / Double(2 << 20)),
        ],
        "htinst is the pseudoinstruction 0x\(String(trap.htinst, radix: 16)) of an implicit access,"
          + " and htval the address shifted right by 2."
      )
    } catch let error as ClaimError {
      throw error
    } catch {
      throw .unexpected("\(error)")
    }
  }

  /// Lets an access fault at each level of stage 2, and reads the level off ESR_EL2.
  private static func armLevels() throws(ClaimError) -> Found {
    // How far the neighbour lies: with the tables down to the level in common.
    let distances: [UInt64] = [1 << 39, 1 << 30, 1 << 21, 1 << 12]
    var byHigh = 0
    var byLow = 0
    do {
      for (level, distance) in distances.enumerated() {
        var memory = try PhysicalMemory(bytes: 4 << 20)
        var host = try HostTables(.arm4K, at: HostPhysical(0), bytes: 1 << 20, in: &memory)
        try host.map(
          GuestPhysical(0), bytes: 4096, to: HostPhysical(2 << 20), .readWrite, in: &memory)
        let core = try ArmProcessor(ArmRegisters(guest: nil, host: host.root))
        var failure: WalkFailure?
        do throws(WalkFailure) {
          _ = try core.translate(GuestVirtual(distance), .read, in: &memory)
        } catch {
          failure = error
        }
        guard let failure, case .armAbort(let abort) = core.report(failure) else {
          throw ClaimError.unexpected("the access arrived")
        }
        if abort.esr >> 8 & 3 == UInt64(level) { byHigh += 1 }
        if abort.esr & 3 == UInt64(level) { byLow += 1 }
      }
    } catch let error as ClaimError {
      throw error
    } catch {
      throw .unexpected("\(error)")
    }
    return (
      [.model("of 4 levels, those that bits 9:8 give", .count, 4, Double(byHigh))],
      "Bits 1:0, the end of DFSC, give \(byLow) of 4. Bit 9 is EA and bit 8 CM."
    )
  }
}
