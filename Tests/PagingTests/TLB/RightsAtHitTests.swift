import Testing

@testable import Paging

@Suite("What a hit checks")
struct RightsAtHitTests {
  private let read = Access(.read, .user)
  private let write = Access(.write, .user)

  @Test("The first write of a clean page walks and sets D; the second hits")
  func dirty() throws {
    var attributes = GuestAttributes.userReadWrite
    attributes.isAccessed = false
    attributes.isDirty = false
    var program = try FlatGuest(.plain(CacheShape(4)), bytes: 4096, attributes)
    #expect(try program.access(0, read).updates > 0)
    #expect(try program.access(0, read).origin == .firstLevel)
    let page = GuestVirtual(FlatGuest.start)
    #expect(program.guest.page(at: page, in: program.memory)?.attributes.isDirty == false)
    let first = try program.access(0, write)
    #expect(first.origin == .walk)
    #expect(first.updates == 1)
    #expect(program.guest.page(at: page, in: program.memory)?.attributes.isDirty == true)
    #expect(try program.access(0, write).origin == .firstLevel)
    #expect(try program.access(0, read).origin == .firstLevel)
    #expect(program.caches.counters.misses == 2)
  }

  @Test("A page that others may use is refused as a walk refuses it, every time")
  func denied() throws {
    var program = try FlatGuest(.plain(CacheShape(4)), bytes: 4096, .readWrite)
    #expect(try program.access(0, .read).origin == .walk)
    for _ in 0..<2 {
      #expect(throws: WalkFailure.self) { try program.access(0, read) }
      // A page fault drops what it met.
      #expect(try program.access(0, .read).origin == .walk)
    }
    #expect(try program.access(0, .write).origin == .firstLevel)
    #expect(program.caches.counters.faults == 2)
    #expect(program.caches.counters.flushes == [.fault: 2])
  }

  @Test("Registers that decide rights count at once, and the entry stays")
  func registers() throws {
    var program = try FlatGuest(.plain(CacheShape(4)), bytes: 4096)
    _ = try program.access(0, .read)
    // SMAP, with and without RFLAGS.AC.
    var registers = program.processor.registers
    registers.cr4 |= 1 << 21
    let strict = try X86Processor(registers)
    registers.rflags |= 1 << 18
    let lenient = try X86Processor(registers)
    let address = GuestVirtual(FlatGuest.start)
    for _ in 0..<2 {
      let found = try lenient.translate(
        address, .read, in: &program.memory, through: &program.caches)
      #expect(found.origin == .firstLevel)
    }
    let asUser = try strict.translate(
      address, read, in: &program.memory, through: &program.caches)
    #expect(asUser.origin == .firstLevel)
    #expect(throws: WalkFailure.self) {
      try strict.translate(address, .read, in: &program.memory, through: &program.caches)
    }
  }

  @Test("A protection key counts at once")
  func keys() throws {
    var attributes = GuestAttributes.userReadWrite
    attributes.extraBits = 5 << 59
    var program = try FlatGuest(.plain(CacheShape(4)), bytes: 4096, attributes)
    var registers = program.processor.registers
    registers.cr4 |= 1 << 22
    let open = try X86Processor(registers)
    // WD of key 5.
    registers.pkru = 2 << 10
    let closed = try X86Processor(registers)
    let address = GuestVirtual(FlatGuest.start)
    for access in [read, write] {
      _ = try open.translate(address, access, in: &program.memory, through: &program.caches)
    }
    let found = try closed.translate(address, read, in: &program.memory, through: &program.caches)
    #expect(found.origin == .firstLevel)
    #expect(throws: WalkFailure.self) {
      try closed.translate(address, write, in: &program.memory, through: &program.caches)
    }
  }

  @Test("Rights that grow need no invalidation, for a walk is made before a fault")
  func upgrade() throws {
    var program = try FlatGuest(.plain(CacheShape(4)), bytes: 4096, .userReadOnly)
    _ = try program.access(0, read)
    try program.guest.protect(
      GuestVirtual(FlatGuest.start), bytes: 4096, [.read, .write, .user], in: &program.memory)
    #expect(try program.access(0, write).origin == .walk)
    #expect(try program.access(0, write).origin == .firstLevel)
  }

  @Test("Fetches and data have TLBs of their own, or share one", arguments: [true, false])
  func instructions(isShared: Bool) throws {
    var core = CoreModel.plain(CacheShape(4), CacheShape(8))
    if !isShared {
      core.instruction = [.init(CacheShape(2), pageSizes: [4096], .assumed("for a test"))]
    }
    let fetch = Access(.fetch, .user)
    var program = try FlatGuest(core, bytes: 4096, .userReadExecute)
    #expect(try program.access(0, read).origin == .walk)
    #expect(try program.access(0, fetch).origin == (isShared ? .firstLevel : .secondLevel))
    #expect(try program.access(0, fetch).origin == .firstLevel)
    #expect(program.caches.counters.firstLevelHits == (isShared ? 2 : 1))
  }
}
