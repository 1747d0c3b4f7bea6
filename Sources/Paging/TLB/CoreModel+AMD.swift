// Micro-architecture: this file can be skipped at first reading.
// AMD's software optimization guides, each in its section "Memory Address Translation": 52128 (family
// 16h), 56305 (family 17h, models 30h and greater), 57647 (family 19h, Zen 4).

extension CoreModel {
  private typealias Bytes = PageBytes

  private static let unpublished =
    "AMD says that the second-level TLB also holds entries of page directories, and not how many"

  /// AMD family 16h (Jaguar): an older core all of whose first-stage figures are published.
  public static let family16h: CoreModel = {
    let manual = Source.manual("Software Optimization Guide for AMD Family 16h Processors, 2.6")
    var core = CoreModel("family-16h", "AMD family 16h (Jaguar)", .x86)
    core.data = [
      TLB(CacheShape(40), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(8), pageSizes: [Bytes.mega2], manual),
    ]
    core.instruction = [
      TLB(CacheShape(32), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(8), pageSizes: [Bytes.mega2], manual),
    ]
    core.second = [
      TLB(CacheShape(512, ways: 4), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(256, ways: 2), pageSizes: [Bytes.mega2], manual),
    ]
    core.secondInstruction = [TLB(CacheShape(512, ways: 4), pageSizes: [Bytes.kilo4], manual)]
    core.assumeWalkCaches("AMD publishes the page directory cache of the first stage alone")
    core.guestTables = [WalkCache(CacheShape(16), levels: 1...1, manual)]
    return core
  }()

  /// AMD Zen 2: EPYC 7002 (Rome).
  public static let zen2: CoreModel = {
    let manual = Source.manual(
      "Software Optimization Guide for AMD Family 17h Models 30h and Greater Processors, 2.7")
    var core = CoreModel("zen2", "AMD Zen 2", .x86)
    core.data = [TLB(CacheShape(64), pageSizes: Bytes.of512, manual)]
    core.instruction = [TLB(CacheShape(64), pageSizes: Bytes.of512, manual)]
    // Pages of 1 GiB are kept there in pieces of 2 MiB.
    core.second = [
      TLB(CacheShape(2048, ways: 16), pageSizes: [Bytes.kilo4, Bytes.mega2], manual)
    ]
    core.secondInstruction = [
      TLB(CacheShape(512, ways: 8), pageSizes: [Bytes.kilo4, Bytes.mega2], manual)
    ]
    core.assumeWalkCaches(unpublished)
    return core
  }()

  /// AMD Zen 4: EPYC 9004 (Genoa).
  public static let zen4: CoreModel = {
    let manual = Source.manual(
      "Software Optimization Guide for the AMD Zen4 Microarchitecture, 2.7")
    var core = CoreModel("zen4", "AMD Zen 4", .x86)
    core.data = [TLB(CacheShape(72), pageSizes: Bytes.of512, manual)]
    core.instruction = [TLB(CacheShape(64), pageSizes: Bytes.of512, manual)]
    core.second = [
      TLB(CacheShape(3072, ways: 24), pageSizes: [Bytes.kilo4, Bytes.mega2], manual)
    ]
    core.secondInstruction = [
      TLB(CacheShape(512, ways: 8), pageSizes: [Bytes.kilo4, Bytes.mega2], manual)
    ]
    core.assumeWalkCaches(unpublished)
    return core
  }()
}
