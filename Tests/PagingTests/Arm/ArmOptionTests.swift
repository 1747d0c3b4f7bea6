import Testing

@testable import Paging

@Suite("AArch64: the choices that the manual leaves")
struct ArmOptionTests {
  private static let shape = ArmShape(pageShift: 12, inputBits: 48, levels: 4)

  @Test("A size out of range counts as the nearest one, at both stages")
  func nearestSize() throws {
    // 48 bits are the most, 16 the fewest of the 4K granule.
    for (size, shape) in [
      (0, Self.shape), (15, Self.shape), (63, ArmShape(pageShift: 12, inputBits: 16, levels: 1)),
    ] as [(UInt64, ArmShape)] {
      var machine = try ArmMachine()
      let root = machine.turnOnStage1(shape)
      machine.map(0x1000, to: 0x5_0000, 0x740, root: root, shape)
      machine.registers.tcrEL1 = machine.registers.tcrEL1 & ~0x3f | size
      #expect(try machine.abort(0x1234, .read)?.esr == 0x25 << 26 | 1 << 25 | 0x04)
      machine.registers.sizeOutOfRange = .nearest
      #expect(try machine.translate(0x1234, .read).get().hostPhysical.value == 0x5_0234)

      var host = try ArmMachine()
      let hostRoot = host.turnOnStage2(shape)
      host.map(0x1000, to: 0x5_0000, 0x7fc, root: hostRoot, shape)
      host.registers.vtcrEL2 = host.registers.vtcrEL2 & ~0x3f | size
      #expect(try host.abort(0x1234, .read)?.esr == 0x24 << 26 | 1 << 25 | 0x04)
      host.registers.sizeOutOfRange = .nearest
      #expect(try host.translate(0x1234, .read).get().hostPhysical.value == 0x5_0234)
    }
  }

  @Test("A fetch from Device memory may be denied, by either stage")
  func deviceFetch() throws {
    var machine = try ArmMachine()
    let root = machine.turnOnStage1(Self.shape)
    // AttrIndx 1 is Device-nGRE, 2 Write-Back.
    machine.registers.mairEL1 = 0x08 << 8 | 0xff << 16
    let place = machine.map(0x1000, to: 0x5_0000, 0x704, root: root, Self.shape)
    #expect(try machine.abort(0x1234, .fetch) == nil)
    machine.registers.deviceFetch = .denied
    #expect(try machine.abort(0x1234, .fetch)?.esr == 0x21 << 26 | 1 << 25 | 0x0f)
    #expect(try machine.abort(0x1234, .read) == nil)
    machine.memory.store(0x5_0000 | 0x70b, at: place)
    #expect(try machine.abort(0x1234, .fetch) == nil)

    var host = try ArmMachine()
    let hostRoot = host.turnOnStage2(Self.shape)
    let hostPlace = host.map(0x1000, to: 0x5_0000, 0x7c4, root: hostRoot, Self.shape)
    #expect(try host.abort(0x1234, .fetch) == nil)
    host.registers.deviceFetch = .denied
    #expect(try host.abort(0x1234, .fetch)?.esr == 0x20 << 26 | 1 << 25 | 0x0f)
    #expect(try host.abort(0x1234, .read) == nil)
    // Non-cacheable is Normal.
    host.memory.store(0x5_0000 | 0x7d7, at: hostPlace)
    #expect(try host.abort(0x1234, .fetch) == nil)
  }

  @Test("A denied access may leave the access flag set")
  func deniedAccessFlag() throws {
    var machine = try ArmMachine()
    let hostShape = ArmShape(pageShift: 12, inputBits: 40, levels: 3)
    let hostRoot = machine.turnOnStage2(hostShape)
    let root = machine.turnOnStage1(Self.shape)
    machine.registers.tcrEL1 |= 1 << 39
    machine.registers.vtcrEL2 |= 1 << 21
    // Read-only and unused at both stages.
    let guestPage = machine.map(0x1000, to: 0x7_1000, 0x380, root: root, Self.shape)
    let tables = ArmMachine.base..<machine.room(0x1000)
    var hostOfTable = guestPage
    for page in stride(from: tables.lowerBound, to: tables.upperBound, by: 0x1000) {
      let place = machine.map(page, to: page, 0x7fc, root: hostRoot, hostShape)
      if page == guestPage.value & ~0xfff { hostOfTable = place }
    }
    let hostPage = machine.map(0x7_1000, to: 0x9_1000, 0x37c, root: hostRoot, hostShape)

    #expect(try machine.abort(0x1234, .write)?.esr == 0x25 << 26 | 1 << 25 | 0x4f)
    #expect(machine.memory.word(at: guestPage) == 0x7_1383)
    machine.registers.deniedAccessFlag = .set
    #expect(try machine.abort(0x1234, .write)?.esr == 0x25 << 26 | 1 << 25 | 0x4f)
    #expect(machine.memory.word(at: guestPage) == 0x7_1783)

    // Stage 2 denies the write: stage 1 lets it through.
    machine.memory.store(0x7_1703, at: guestPage)
    #expect(try machine.abort(0x1234, .write)?.targetEL == 2)
    #expect(machine.memory.word(at: hostPage) == 0x9_177f)

    // The flag of stage 1 lies in a page that is read-only at stage 2.
    machine.memory.store(0x7_1383, at: guestPage)
    machine.memory.store(
      machine.memory.word(at: hostOfTable).map { $0 & ~0x80 } ?? 0, at: hostOfTable)
    #expect(try machine.abort(0x1234, .write)?.esr == 0x24 << 26 | 1 << 25 | 0x80 | 0x4f)
    #expect(machine.memory.word(at: guestPage) == 0x7_1383)
  }
}
