// Micro-architecture: this file can be skipped at first reading.
// Intel 64 and IA-32 Architectures Optimization Reference Manual (248966): the tables of TLB parameters
// of each microarchitecture. Intel calls the second level the STLB. That the walk caches of guest tables
// hold host-physical addresses is SDM volume 3C, section 29.4.1: combined paging-structure-cache entries.

extension CoreModel {
  private typealias Bytes = PageBytes

  private static func optimizationManual(_ table: String) -> Source {
    .manual("Intel 64 and IA-32 Architectures Optimization Reference Manual, \(table)")
  }

  private static let unpublished =
    "Intel describes the caches (SDM volume 3C, 29.4.1) and publishes no sizes"

  /// Intel Skylake-SP: Xeon Scalable of the first and second generation.
  public static let skylakeSP: CoreModel = {
    // The server core has the TLBs of the client's.
    let manual = optimizationManual("TLB parameters of the Skylake client microarchitecture")
    var core = CoreModel("skylake-sp", "Intel Skylake-SP", .x86)
    core.data = [
      TLB(CacheShape(64, ways: 4), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(32, ways: 4), pageSizes: [Bytes.mega2], manual),
      TLB(CacheShape(4), pageSizes: [Bytes.giga1], manual),
    ]
    core.instruction = [
      TLB(CacheShape(128, ways: 8), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(8), pageSizes: [Bytes.mega2], manual),
    ]
    core.second = [
      TLB(CacheShape(1536, ways: 12), pageSizes: [Bytes.kilo4, Bytes.mega2], manual),
      TLB(CacheShape(16, ways: 4), pageSizes: [Bytes.giga1], manual),
    ]
    core.guestTablesAreTranslated = true
    core.assumeWalkCaches(unpublished)
    return core
  }()

  /// Intel Ice Lake-SP: Xeon Scalable of the third generation, with the Sunny Cove core.
  public static let iceLakeSP: CoreModel = {
    // Stores have a first level of their own, of 16 entries; here they share that of the loads. Pages
    // of 2 MiB can use one half of the second level and pages of 1 GiB the other; here each can use all.
    let manual = optimizationManual("TLB parameters of the Ice Lake client microarchitecture")
    var core = CoreModel("ice-lake-sp", "Intel Ice Lake-SP (Sunny Cove)", .x86)
    core.data = [
      TLB(CacheShape(64, ways: 4), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(32, ways: 4), pageSizes: [Bytes.mega2], manual),
      TLB(CacheShape(8), pageSizes: [Bytes.giga1], manual),
    ]
    core.instruction = [
      TLB(CacheShape(128, ways: 8), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(16), pageSizes: [Bytes.mega2], manual),
    ]
    core.second = [TLB(CacheShape(2048, ways: 16), pageSizes: Bytes.of512, manual)]
    core.guestTablesAreTranslated = true
    core.assumeWalkCaches(unpublished)
    return core
  }()

  /// Intel Sapphire Rapids: Xeon Scalable of the fourth generation, with the Golden Cove core.
  public static let sapphireRapids: CoreModel = {
    let manual = optimizationManual(
      "comparison of the Golden Cove and Sunny Cove microarchitectures")
    let rest = Source.assumed("not in the comparison with Sunny Cove, and taken from that core")
    var core = CoreModel("sapphire-rapids", "Intel Sapphire Rapids (Golden Cove)", .x86)
    core.data = [
      TLB(CacheShape(96, ways: 6), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(32, ways: 4), pageSizes: [Bytes.mega2], rest),
      TLB(CacheShape(8), pageSizes: [Bytes.giga1], rest),
    ]
    core.instruction = [
      TLB(CacheShape(256, ways: 8), pageSizes: [Bytes.kilo4], manual),
      TLB(CacheShape(32, ways: 4), pageSizes: [Bytes.mega2], manual),
    ]
    core.second = [TLB(CacheShape(2048, ways: 16), pageSizes: Bytes.of512, manual)]
    core.guestTablesAreTranslated = true
    core.assumeWalkCaches(unpublished)
    return core
  }()
}
