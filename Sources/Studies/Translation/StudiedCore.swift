public import Paging

/// The cores that studies know by name, with a public source for every figure.
public enum StudiedCore {
  /// All cores, the first of each architecture being its default.
  public static let all: [CoreModel] = [skylake, neoverseN1, riscv]

  private static let kilo4: UInt64 = 4 << 10
  private static let mega2: UInt64 = 2 << 20
  private static let giga1: UInt64 = 1 << 30

  /// Intel Skylake-SP.
  private static let skylake: CoreModel = {
    let manual = CoreModel.Source.manual(
      "Intel 64 and IA-32 Architectures Optimization Reference Manual, “Skylake Server"
        + " Microarchitecture”, TLB parameters")
    var core = CoreModel("skylake-sp", "Intel Skylake-SP", .x86)
    core.data = [
      .init(CacheShape(64, ways: 4), pageSizes: [kilo4], manual),
      .init(CacheShape(32, ways: 4), pageSizes: [mega2], manual),
      .init(CacheShape(4), pageSizes: [giga1], manual),
    ]
    core.instruction = [
      .init(CacheShape(128, ways: 8), pageSizes: [kilo4], manual),
      .init(CacheShape(8), pageSizes: [mega2], manual),
    ]
    core.second = [
      .init(CacheShape(1536, ways: 12), pageSizes: [kilo4, mega2], manual),
      .init(CacheShape(16, ways: 4), pageSizes: [giga1], manual),
    ]
    addWalkCaches(to: &core, "Intel describes the caches and not their sizes")
    return core
  }()

  /// Arm Neoverse N1.
  private static let neoverseN1: CoreModel = {
    let manual = CoreModel.Source.manual(
      "Arm Neoverse N1 Core Technical Reference Manual, “Memory Management Unit”")
    var core = CoreModel("neoverse-n1", "Arm Neoverse N1", .arm)
    let sizes = [kilo4, 16 << 10, 64 << 10, mega2]
    core.data = [.init(CacheShape(48), pageSizes: sizes, manual)]
    core.instruction = [.init(CacheShape(48), pageSizes: sizes, manual)]
    core.second = [
      .init(CacheShape(1280, ways: 5), pageSizes: sizes + [32 << 20, giga1], manual)
    ]
    addWalkCaches(to: &core, "Arm describes the caches and not their sizes")
    return core
  }()

  /// A RISC-V core, all of whose figures are assumed.
  private static let riscv: CoreModel = {
    let assumed = CoreModel.Source.assumed("no core with the H extension has published figures")
    var core = CoreModel("riscv-assumed", "a RISC-V core (assumed)", .riscv)
    let sizes = [kilo4, mega2, giga1]
    core.data = [.init(CacheShape(32), pageSizes: sizes, assumed)]
    core.instruction = [.init(CacheShape(32), pageSizes: sizes, assumed)]
    core.second = [.init(CacheShape(1024, ways: 4), pageSizes: sizes, assumed)]
    addWalkCaches(to: &core, "no core with the H extension has published figures")
    return core
  }()

  private static func addWalkCaches(to core: inout CoreModel, _ reason: String) {
    let assumed = CoreModel.Source.assumed(reason)
    let caches: [CoreModel.WalkCache] = [
      .init(CacheShape(32, ways: 4), levels: 1...1, assumed),
      .init(CacheShape(4), levels: 2...2, assumed), .init(CacheShape(2), levels: 3...3, assumed),
    ]
    core.guestTables = caches
    core.hostTables = caches
    core.nested = .init(
      CacheShape(16), pageSizes: [kilo4, mega2, giga1], servesData: false, assumed)
  }
}
