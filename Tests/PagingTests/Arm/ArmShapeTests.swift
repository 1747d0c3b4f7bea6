import Testing

@testable import Paging

@Suite("AArch64: granules, start levels and reads")
struct ArmShapeTests {
  private static let page: UInt64 = 0x7e3
  /// Writable and readable, used, inner shareable, Write-Back.
  private static let host: UInt64 = 0x7fc

  /// The widest and narrowest addresses of each walk length: Arm ARM D8.2.6 to D8.2.8.
  static let stage1 = [
    ArmShape(pageShift: 12, inputBits: 48, levels: 4),
    ArmShape(pageShift: 12, inputBits: 40, levels: 4),
    ArmShape(pageShift: 12, inputBits: 39, levels: 3),
    ArmShape(pageShift: 12, inputBits: 31, levels: 3),
    ArmShape(pageShift: 12, inputBits: 30, levels: 2),
    ArmShape(pageShift: 12, inputBits: 25, levels: 2),
    ArmShape(pageShift: 14, inputBits: 48, levels: 4),
    ArmShape(pageShift: 14, inputBits: 47, levels: 3),
    ArmShape(pageShift: 14, inputBits: 37, levels: 3),
    ArmShape(pageShift: 14, inputBits: 36, levels: 2),
    ArmShape(pageShift: 14, inputBits: 26, levels: 2),
    ArmShape(pageShift: 14, inputBits: 25, levels: 1),
    ArmShape(pageShift: 16, inputBits: 48, levels: 3),
    ArmShape(pageShift: 16, inputBits: 43, levels: 3),
    ArmShape(pageShift: 16, inputBits: 42, levels: 2),
    ArmShape(pageShift: 16, inputBits: 30, levels: 2),
    ArmShape(pageShift: 16, inputBits: 29, levels: 1),
    ArmShape(pageShift: 16, inputBits: 25, levels: 1),
  ]

  /// The widest and narrowest address of each start level: up to 16 concatenated tables.
  static let stage2 = [
    ArmShape(pageShift: 12, inputBits: 48, levels: 4),
    ArmShape(pageShift: 12, inputBits: 40, levels: 4),
    ArmShape(pageShift: 12, inputBits: 43, levels: 3),
    ArmShape(pageShift: 12, inputBits: 40, levels: 3),
    ArmShape(pageShift: 12, inputBits: 31, levels: 3),
    ArmShape(pageShift: 12, inputBits: 34, levels: 2),
    ArmShape(pageShift: 12, inputBits: 25, levels: 2),
    ArmShape(pageShift: 12, inputBits: 25, levels: 1),
    ArmShape(pageShift: 14, inputBits: 48, levels: 3),
    ArmShape(pageShift: 14, inputBits: 37, levels: 3),
    ArmShape(pageShift: 14, inputBits: 40, levels: 2),
    ArmShape(pageShift: 14, inputBits: 26, levels: 2),
    ArmShape(pageShift: 14, inputBits: 29, levels: 1),
    ArmShape(pageShift: 16, inputBits: 48, levels: 3),
    ArmShape(pageShift: 16, inputBits: 46, levels: 2),
    ArmShape(pageShift: 16, inputBits: 30, levels: 2),
    ArmShape(pageShift: 16, inputBits: 33, levels: 1),
  ]

  @Test("Every shape of stage 1 over every shape of stage 2 takes (g+1)(h+1)−1 reads")
  func reads() throws {
    for guest in Self.stage1 {
      // Stage 2 has to reach the tables of stage 1, which lie above 1 GiB.
      for host in Self.stage2 where host.inputBits > 30 {
        var machine = try ArmMachine()
        let hostRoot = machine.turnOnStage2(host)
        let guestRoot = machine.turnOnStage1(guest)
        let address: UInt64 = (1 << guest.inputBits - 1) & ~0xfff | 0x123
        let target: UInt64 = 0x5a5_0000 | (address & (1 << guest.pageShift - 1) & ~0xfff)
        machine.map(address, to: 0x5a5_0000, Self.page & ~3, root: guestRoot, guest)
        // Every guest-physical page that the walk meets, unchanged but for the last one.
        let tables = ArmMachine.base..<machine.room(1 << 16)
        for page in stride(from: tables.lowerBound, to: tables.upperBound, by: 1 << 16) {
          for part in stride(from: page, to: page + 1 << 16, by: 1 << Int(host.pageShift)) {
            machine.map(part, to: part, Self.host, root: hostRoot, host)
          }
        }
        for part in stride(from: 0 as UInt64, to: 1 << 16, by: 1 << Int(host.pageShift)) {
          machine.map(0x5a5_0000 + part, to: 0x9_7000_0000 + part, Self.host, root: hostRoot, host)
        }
        let result = try machine.translate(address, .read)
        guard case .success(let found) = result else {
          Issue.record("\(guest) over \(host): \(result)")
          continue
        }
        let comment: Comment = "\(guest) over \(host)"
        #expect(found.reads == Int((guest.levels + 1) * (host.levels + 1) - 1), comment)
        #expect(found.guestPhysical.value == target | 0x123, comment)
        #expect(found.hostPhysical.value == 0x9_7000_0000 + (found.guestPhysical.value & 0xffff))
        #expect(found.guestPageBytes == 1 << guest.pageShift, comment)
        #expect(found.hostPageBytes == 1 << host.pageShift, comment)
      }
    }
  }

  @Test("The widest address of a concatenated root comes out of its last table", arguments: stage2)
  func concatenation(shape: ArmShape) throws {
    var machine = try ArmMachine()
    let root = machine.turnOnStage2(shape)
    let address: UInt64 = 1 << shape.inputBits - 0x1000
    let page = address & ~(1 << shape.pageShift - 1)
    machine.map(page, to: 0x77_0000, Self.host, root: root, shape)
    let found = try machine.translate(address, .write).get()
    #expect(found.hostPhysical.value == 0x77_0000 + (address - page))
    #expect(found.reads == Int(shape.levels))
    // One bit more is a translation fault at level 0, without a read.
    if shape.inputBits < 48 {
      let abort = try machine.abort(1 << shape.inputBits, .write)
      #expect(abort?.targetEL == 2)
      #expect(abort.map { $0.esr & 0x3f } == 0x04)
    }
  }

  @Test("SL0 that does not go with T0SZ is a translation fault at level 0")
  func inconsistent() throws {
    // 4K from level 1: 31 to 43 bits. 16K from level 2: 26 to 40. 64K from level 2: 30 to 46.
    let cases: [(granule: UInt64, start: UInt64, widths: ClosedRange<UInt64>)] = [
      (0, 2, 40...48), (0, 1, 31...43), (0, 0, 22...34), (0, 3, 16...25), (2, 2, 37...48),
      (2, 1, 26...40), (2, 0, 16...29), (1, 2, 43...48), (1, 1, 30...46), (1, 0, 17...33),
      // Start levels that the granule does not have.
      (2, 3, 64...64), (1, 3, 64...64),
    ]
    for (granule, start, widths) in cases {
      for width in 16...63 as ClosedRange<UInt64> {
        var machine = try ArmMachine()
        machine.registers.hcrEL2 |= 1
        machine.registers.vtcrEL2 |= 64 - width | start << 6 | granule << 14
        machine.registers.vttbrEL2 = ArmMachine.base
        let found = try machine.translate(0x1000, .read)
        guard case .failure(let failure) = found else {
          Issue.record("an empty table can't translate")
          continue
        }
        #expect(
          (failure.level != nil) == (widths ~= width && width <= 48), "\(granule) \(start) \(width)"
        )
        let abort = try machine.abort(0x1000, .read)
        #expect(abort.map { $0.esr & 0x3c } == 0x04)
        #expect(abort?.hpfar == 0x10)
      }
    }
  }

  @Test("Blocks are where each granule has them, and nowhere else")
  func blocks() throws {
    for (pageShift, legal) in [(12, 1...2), (14, 1...1), (16, 1...1)]
      as [(UInt64, ClosedRange<UInt64>)]
    {
      for isHost in [false, true] {
        let shape = ArmShape(pageShift: pageShift, inputBits: 48, levels: pageShift == 16 ? 3 : 4)
        // Stage 2 has no walk of the 16K granule from level 0.
        if isHost, pageShift == 14 { continue }
        for level in 1..<shape.levels {
          var machine = try ArmMachine()
          let root = isHost ? machine.turnOnStage2(shape) : machine.turnOnStage1(shape)
          let attributes = isHost ? Self.host : Self.page & ~3
          let target = 0x1234_5678_9abc & ~(1 << shape.shift(level) - 1) as UInt64
          machine.map(
            0x7fff_ffff_f008, to: target, attributes, root: root, shape, leafLevel: level)
          let result = try machine.translate(0x7fff_ffff_f008, .read)
          if legal ~= level {
            let found = try result.get()
            let offset = 0x7fff_ffff_f008 & (1 << shape.shift(level) - 1) as UInt64
            #expect(found.hostPhysical.value == target + offset)
            #expect(
              (isHost ? found.hostPageBytes : found.guestPageBytes) == 1 << shape.shift(level))
          } else if case .failure(let failure) = result {
            #expect(failure.reason == .notPresent)
            #expect(failure.level == Int(level))
          } else {
            Issue.record("a block at level \(3 - Int(level)) of \(shape) should be refused")
          }
        }
      }
    }
  }
}
