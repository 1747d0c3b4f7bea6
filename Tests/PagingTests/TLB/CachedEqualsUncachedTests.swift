import Guests
import Testing

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

extension CoreModel {
  /// Small caches of every design, so that they are full at once.
  static let forTests: [CoreModel] = {
    let source = Source.assumed("for tests")
    let sizes: [UInt64] = [
      4096, 16384, 65536, 2 << 20, 32 << 20, 512 << 20, 1 << 30,
    ]
    func tlb(_ lines: Int, ways: Int? = nil, _ sizes: [UInt64]) -> TLB {
      TLB(CacheShape(lines, ways: ways), pageSizes: sizes, source)
    }
    func walk(_ lines: Int, _ levels: ClosedRange<Int>) -> WalkCache {
      WalkCache(CacheShape(lines), levels: levels, source)
    }
    var tiny = CoreModel("tiny", "One TLB of four entries of 4 KiB", .x86)
    tiny.data = [tlb(4, [4096])]

    var full = CoreModel("full", "Everything, entries of tables with their places", .x86)
    full.instruction = [tlb(8, ways: 2, [4096]), tlb(2, [2 << 20])]
    full.data = [tlb(8, ways: 4, [4096]), tlb(4, [2 << 20]), tlb(2, [1 << 30])]
    full.second = [
      TLB(
        CacheShape(32, ways: 4, .treeLRU, mixesSets: true), pageSizes: [4096, 2 << 20], source)
    ]
    full.guestTables = [walk(8, 1...1), walk(4, 2...2), walk(2, 3...4)]
    full.guestTablesAreTranslated = true
    full.hostTables = [walk(8, 1...4)]
    full.nested = NestedCache(
      CacheShape(8, ways: 2), pageSizes: [4096, 2 << 20], servesData: false, source)

    var mixed = CoreModel("mixed", "One level of all sizes, tables by guest-physical address", .x86)
    mixed.data = [tlb(16, Array(sizes.prefix(6)))]
    mixed.guestTables = [walk(8, 1...4)]
    mixed.hostTables = [walk(4, 1...1), walk(4, 2...4)]
    mixed.nested = NestedCache(
      CacheShape(8), pageSizes: Array(sizes.prefix(4)), servesData: true, source)

    var split = CoreModel("split", "TLBs of each stage", .x86)
    split.design = .split
    split.data = [tlb(8, ways: 4, [4096]), tlb(4, [2 << 20])]
    split.second = [tlb(32, ways: 8, [4096, 2 << 20, 1 << 30])]
    split.guestTables = [walk(8, 1...4)]
    split.nested = NestedCache(
      CacheShape(16, ways: 4), pageSizes: [4096, 2 << 20, 1 << 30], servesData: true, source)

    var none = CoreModel("none", "Walk caches alone", .x86)
    none.design = .none
    none.guestTables = [walk(8, 1...4)]
    none.hostTables = [walk(8, 1...4)]
    return [tiny, full, mixed, split, none]
  }()
}

@Suite("A cached walk is an uncached one")
struct CachedEqualsUncachedTests {
  @Test("After any edits with their invalidations", arguments: CachedRun.all)
  func random(run: CachedRun) throws {
    switch run.isa {
    case .x86:
      func registers(_ root: GuestRoot?, _ host: HostRoot?, pcid: UInt64) throws -> X86Registers {
        var registers = try X86Registers(guest: root, host: host, eptFlags: run.setsFlags)
        if root != nil {
          registers.cr3 |= pcid
          // PCIDE and PGE.
          registers.cr4 |= 1 << 17 | 1 << 7
        }
        registers.vpid = 3
        registers.guestASID = 3
        return registers
      }
      try compare(run) { try X86Processor(registers($0, $1, pcid: $2)) }
    case .arm:
      try compare(run) { root, host, asid in
        var registers = try ArmRegisters(guest: root, host: host)
        registers.ttbr0EL1 |= asid << 48
        registers.vttbrEL2 |= 3 << 48
        if run.setsFlags {
          registers.tcrEL1 |= 3 << 39
          registers.vtcrEL2 |= 3 << 21
        }
        return try ArmProcessor(registers)
      }
    case .riscv:
      try compare(run) { root, host, asid in
        var registers = try RISCVRegisters(guest: root, host: host)
        if root != nil { registers.vsatp |= asid << 44 }
        if host != nil { registers.hgatp |= 3 << 44 }
        if run.setsFlags {
          registers.menvcfg = 1 << 61
          registers.henvcfg = 1 << 61
        }
        return try RISCVProcessor(registers)
      }
    }
  }

  /// Makes the same edits in two worlds and the same accesses, in one of them through caches.
  private func compare<P: Processor & ~Copyable>(
    _ run: CachedRun, _ make: (GuestRoot?, HostRoot?, UInt64) throws -> P
  ) throws {
    var random = SplitMix64(seed: run.seed)
    var plain = try CachedWorld(run.guest, run.host)
    var cached = try CachedWorld(run.guest, run.host)
    let one = try make(plain.firstRoot, plain.hostRoot, 1)
    let two = try make(plain.secondRoot, plain.hostRoot, 2)
    var group = CacheGroup(run.core, count: 2)
    let pool = WorldPool(run)

    var start = pool.start
    var recent: [(GuestVirtual, Access)] = []
    for step in 0..<300 {
      if !start.isEmpty || random.next(below: 8) == 0 {
        let edit = start.popLast() ?? pool.edit(using: &random)
        for edit in pool.isShared(edit) ? [edit.of(.guest(0)), edit.of(.guest(1))] : [edit] {
          let made = try? plain.perform(edit)
          let again = try? cached.perform(edit)
          #expect(made == again)
          guard let made else { continue }
          if edit.tables == .guest(1) {
            group.apply(made, of: two, from: 1, atMost: 16, withLazy: true)
          } else {
            group.apply(made, of: one, from: 1, atMost: 16, withLazy: true)
          }
        }
        continue
      }
      if recent.isEmpty || random.next(below: 2) == 0 {
        recent.append(pool.access(using: &random))
        if recent.count > 4 { recent.removeFirst() }
      }
      let (address, access) = recent[Int(random.next(below: UInt64(recent.count)))]
      let number = Int(random.next(below: 2))
      let isFirst = random.next(below: 2) == 0
      var expected =
        isFirst
        ? outcome(one, address, access, &plain.memory)
        : outcome(two, address, access, &plain.memory)
      var found = group.withCaches(of: number) { caches in
        isFirst
          ? outcome(one, address, access, &cached.memory, &caches)
          : outcome(two, address, access, &cached.memory, &caches)
      }
      if run.hasGlobal {
        // The entry may be the other program's, whose tables lie elsewhere.
        expected.forgetReads()
        found.forgetReads()
      }
      #expect(found == expected, "step \(step): \(access) at \(address)")
      if found != expected { return }
    }
    let isEqual = cached.isEqual(to: &plain)
    #expect(isEqual, "accessed and dirty bits")
    for number in 0..<2 {
      let counters = group.withCaches(of: number) { $0.counters }
      #expect(counters.reads > 0 && counters.readsSaved > 0)
    }
  }

  private enum Outcome: Equatable {
    /// Where, and after how many table reads, those that caches saved among them.
    case arrived(HostPhysical, reads: Int)
    case failed(WalkFailure, FaultReport)

    mutating func forgetReads() {
      if case .arrived(let place, _) = self { self = .arrived(place, reads: 0) }
    }

    /// A failure, without what its path had accumulated: of that only the rights count, and they are
    /// in the report.
    init(_ failure: WalkFailure, _ report: FaultReport) {
      var failure = failure
      failure.accumulated = 0
      failure.guestAccumulated = 0
      self = .failed(failure, report)
    }
  }

  private func outcome<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ address: GuestVirtual, _ access: Access,
    _ memory: inout PhysicalMemory
  ) -> Outcome {
    do {
      let found = try processor.translate(address, access, in: &memory)
      return .arrived(found.hostPhysical, reads: found.reads)
    } catch {
      return Outcome(error, processor.report(error))
    }
  }

  private func outcome<P: Processor & ~Copyable>(
    _ processor: borrowing P, _ address: GuestVirtual, _ access: Access,
    _ memory: inout PhysicalMemory, _ caches: inout TranslationCaches
  ) -> Outcome {
    let saved = caches.handle.value.saved
    do {
      let found = try processor.translate(address, access, in: &memory, through: &caches)
      return .arrived(
        found.hostPhysical, reads: Int(found.reads) + caches.handle.value.saved - saved)
    } catch {
      return Outcome(error, processor.report(error))
    }
  }
}

/// Where the edits and accesses of a random run go.
private struct WorldPool {
  private let guestSizes: [UInt64]
  private let hostSizes: [UInt64]
  private let hasGuest: Bool
  private let hasHost: Bool
  private let hasGlobal: Bool
  /// What an entry adds if its page is global, and if it isn't.
  private let globalBits: UInt64
  private let ownBits: UInt64

  init(_ run: CachedRun) {
    hasGuest = run.guest != nil
    hasHost = run.host != nil
    hasGlobal = run.hasGlobal
    guestSizes = (run.guest?.shape ?? run.host?.shape)?.pageSizes.filter { $0 < 1 << 37 } ?? []
    hostSizes = (run.host?.shape ?? run.guest?.shape)?.pageSizes.filter { $0 < 1 << 37 } ?? []
    switch run.isa {
    case .x86: (globalBits, ownBits) = (1 << 8, 0)
    case .arm: (globalBits, ownBits) = (0, 1 << 11)
    case .riscv: (globalBits, ownBits) = (1 << 5, 0)
    }
  }

  /// The start of the guest-virtual addresses that both programs share by global pages.
  private var sharedStart: UInt64 { 16 * guestSizes[1] }

  /// One of six small pages in each of three large ones.
  private func page(_ sizes: [UInt64], _ random: inout SplitMix64) -> UInt64 {
    (8 + random.next(below: 3)) * sizes[1] + random.next(below: 6) * sizes[0]
  }

  /// Where a program has pages of the largest size, in two of which are pages of all sizes.
  private func giant(_ sizes: [UInt64], _ random: inout SplitMix64) -> UInt64? {
    guard sizes.count > 2, random.next(below: 6) == 0 else { return nil }
    return sizes[2] * (1 + random.next(below: 2))
  }

  private func guestPhysical(_ random: inout SplitMix64) -> UInt64 {
    max(256 << 20, hostSizes[1]) + page(hostSizes, &random)
  }

  func access(using random: inout SplitMix64) -> (GuestVirtual, Access) {
    let kinds: [Access.Kind] = [.read, .read, .read, .write, .write, .fetch, .hlvx]
    var access = Access(
      kinds[Int(random.next(below: 7))], random.next(below: 2) == 0 ? .user : .supervisor)
    access.isAddressTranslation = random.next(below: 30) == 0
    let offset = random.next(below: guestSizes[0]) & ~7
    if !hasGuest { return (GuestVirtual(guestPhysical(&random) + offset), access) }
    let isShared = hasGlobal && random.next(below: 3) == 0
    let start = giant(guestSizes, &random) ?? (isShared ? sharedStart : 0)
    return (GuestVirtual(start + page(guestSizes, &random) + offset), access)
  }

  /// Edits that map most of what is accessed.
  var start: [WorldEdit] {
    var edits: [WorldEdit] = []
    for region in 8..<11 as Range<UInt64> {
      var edit = WorldEdit(
        tables: .host, kind: .map, address: 0, target: 0, bytes: 6 * guestSizes[0],
        pageBytes: guestSizes[0], isWritable: true, isExecutable: true, isUser: true,
        isFresh: false)
      edit.target = max(256 << 20, hostSizes[1]) + region * hostSizes[1]
      edit.extraBits = ownBits
      if hasGuest {
        edit.address = region * guestSizes[1]
        edits += [edit.of(.guest(0)), edit.of(.guest(1))]
        if hasGlobal {
          edit.address += sharedStart
          edit.extraBits = globalBits
          edits.append(edit.of(.guest(0)))
        }
      }
      guard hasHost else { continue }
      edit.address = edit.target
      edit.target += 1 << 36
      edit.bytes = 6 * max(hostSizes[0], guestSizes[0])
      edit.pageBytes = hostSizes[0]
      edits.append(edit.of(.host))
    }
    return edits
  }

  func isShared(_ edit: WorldEdit) -> Bool {
    edit.tables != .host && edit.address / sharedStart == 1
  }

  func edit(using random: inout SplitMix64) -> WorldEdit {
    let ofHost = !hasGuest || hasHost && random.next(below: 3) == 0
    let sizes = ofHost ? hostSizes : guestSizes
    let kinds: [WorldEdit.Kind] = [
      .map, .map, .map, .map, .unmap, .protect, .protect, .age, .clean, .split, .collapse, .remap,
    ]
    var edit = WorldEdit(
      tables: ofHost ? .host : .guest(Int(random.next(below: 2))),
      kind: kinds[Int(random.next(below: 12))], address: 0, target: 0, bytes: sizes[0],
      pageBytes: nil, isWritable: random.next(below: 3) != 0,
      isExecutable: random.next(below: 3) == 0, isUser: random.next(below: 2) == 0,
      isFresh: !hasGlobal && random.next(below: 3) == 0)
    if hasGlobal, edit.kind == .age || edit.kind == .clean { edit.kind = .map }
    edit.options.splitsPages = true
    edit.address = ofHost ? guestPhysical(&random) : page(sizes, &random)
    if ofHost, hasGuest, random.next(below: 4) == 0 {
      // The guest's own tables: they stay where they are.
      edit.address = random.next(below: 2 * CachedWorld.frameBytes) & ~(sizes[0] - 1)
      edit.target = edit.address
      if edit.kind == .remap { edit.kind = .age }
      edit.isWritable = random.next(below: 4) != 0
      return edit
    }
    var level = Int([0, 0, 0, 1][Int(random.next(below: 4))])
    if !ofHost {
      edit.extraBits = ownBits
      if let start = giant(sizes, &random) {
        edit.address += start
        if random.next(below: 3) == 0 { level = 2 }
      } else if hasGlobal, random.next(below: 3) == 0 {
        edit.address += sharedStart
        edit.extraBits = globalBits
      }
    }
    switch edit.kind {
    case .map:
      let size = sizes[min(level, sizes.count - 1)]
      edit.pageBytes = size
      edit.address &= ~(size - 1)
      edit.target = target(ofHost, &random) & ~(size - 1)
      edit.bytes = level == 0 ? sizes[0] * (1 + random.next(below: 8)) : size
    case .unmap, .protect, .age, .clean: edit.bytes *= 1 + random.next(below: 8)
    case .split: edit.pageBytes = sizes[0]
    case .collapse: edit.pageBytes = sizes[min(max(level, 1), sizes.count - 1)]
    case .remap: edit.target = target(ofHost, &random)
    }
    return edit
  }

  private func target(_ ofHost: Bool, _ random: inout SplitMix64) -> UInt64 {
    ofHost ? 1 << 36 + random.next(below: 1 << 34) & ~0xffff : guestPhysical(&random)
  }
}

extension WorldEdit {
  func of(_ tables: Tables) -> WorldEdit {
    var edit = self
    edit.tables = tables
    return edit
  }
}

extension SplitMix64 {
  mutating func next(below bound: UInt64) -> UInt64 { next() % bound }
}
