@testable import Paging

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

  /// The same designs with caches that hold all that tests use.
  static let roomyForTests: [CoreModel] = forTests.dropFirst().map { small in
    var core = small
    let shape = CacheShape(512, ways: 16)
    func roomy(_ tlbs: [TLB]) -> [TLB] {
      tlbs.map { TLB(shape, pageSizes: $0.pageSizes, $0.source) }
    }
    func roomy(_ caches: [WalkCache]) -> [WalkCache] {
      caches.map { WalkCache(shape, levels: $0.levels, $0.source) }
    }
    core.instruction = roomy(core.instruction)
    core.data = roomy(core.data)
    core.second = roomy(core.second)
    core.guestTables = roomy(core.guestTables)
    core.hostTables = roomy(core.hostTables)
    core.nested?.shape = shape
    return core
  }
}
