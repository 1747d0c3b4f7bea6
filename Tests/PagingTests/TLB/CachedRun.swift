@testable import Paging

/// What a random run of edits and accesses is about.
struct CachedRun: CustomStringConvertible, Sendable {
  var guest: GuestFormat?
  var host: HostFormat?
  var core: CoreModel
  /// Whether the hardware sets accessed and dirty bits where it is free to.
  var setsFlags: Bool
  /// Whether the two programs have global pages.
  ///
  /// Such a page, which either program brings to the caches, belongs to the tables of both; then no
  /// accessed or dirty bit is ever clear, for it would be set in the tables of one alone.
  var hasGlobal: Bool
  var seed: UInt64

  var isa: ISA { guest?.isa ?? host?.isa ?? .x86 }

  var description: String {
    "\(guest.map(\.rawValue) ?? "-")/\(host.map(\.rawValue) ?? "-") \(core.name)"
      + "\(setsFlags ? " a/d" : "")\(hasGlobal ? " global" : "") seed \(seed)"
  }

  /// Every pair of formats with the cores that tests have.
  static let all: [CachedRun] = {
    var runs: [CachedRun] = []
    let guests: [GuestFormat?] = GuestFormat.allCases + [nil]
    let hosts: [HostFormat?] = HostFormat.allCases + [nil]
    for guest in guests {
      for host in hosts {
        if guest == nil, host == nil { continue }
        if let guest, let host, guest.isa != host.isa { continue }
        for (number, core) in CoreModel.forTests.enumerated() {
          for setsFlags in [false, true] {
            for hasGlobal in guest == nil ? [false] : [false, true] {
              runs.append(
                CachedRun(
                  guest: guest, host: host, core: core, setsFlags: setsFlags,
                  hasGlobal: hasGlobal, seed: UInt64(runs.count * 100 + number)))
            }
          }
        }
      }
    }
    return runs
  }()
}

extension CachedRun {
  /// Plays the run with processors of its architecture, and tells caches of all that edits ask for or
  /// of all but one.
  func play(_ telling: WorldPlay.Telling = .edits) throws -> WorldPlay.Outcome {
    var play = WorldPlay(self, telling)
    switch isa {
    case .x86:
      func registers(_ root: GuestRoot?, _ host: HostRoot?, pcid: UInt64) throws -> X86Registers {
        var registers = try X86Registers(guest: root, host: host, eptFlags: setsFlags)
        if root != nil {
          registers.cr3 |= pcid
          // PCIDE and PGE.
          registers.cr4 |= 1 << 17 | 1 << 7
        }
        registers.vpid = 3
        registers.guestASID = 3
        return registers
      }
      try play.play { try X86Processor(registers($0, $1, pcid: $2)) }
    case .arm:
      try play.play { root, host, asid in
        var registers = try ArmRegisters(guest: root, host: host)
        registers.ttbr0EL1 |= asid << 48
        registers.vttbrEL2 |= 3 << 48
        if setsFlags {
          registers.tcrEL1 |= 3 << 39
          registers.vtcrEL2 |= 3 << 21
        }
        return try ArmProcessor(registers)
      }
    case .riscv:
      try play.play { root, host, asid in
        var registers = try RISCVRegisters(guest: root, host: host)
        if root != nil { registers.vsatp |= asid << 44 }
        if host != nil { registers.hgatp |= 3 << 44 }
        if setsFlags {
          registers.menvcfg = 1 << 61
          registers.henvcfg = 1 << 61
        }
        return try RISCVProcessor(registers)
      }
    }
    return play.outcome
  }
}
