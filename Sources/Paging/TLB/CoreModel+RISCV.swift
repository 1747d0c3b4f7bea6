// Micro-architecture: this file can be skipped at first reading.

extension CoreModel {
  /// A RISC-V core, all of whose figures are assumed.
  public static let riscvAssumed: CoreModel = {
    let reason = "no core with the hypervisor extension has published figures"
    let assumed = Source.assumed(reason)
    var core = CoreModel("riscv-assumed", "a RISC-V core (assumed)", .riscv)
    let sizes = PageBytes.of512 + [PageBytes.kilo64]
    core.data = [TLB(CacheShape(32), pageSizes: sizes, assumed)]
    core.instruction = [TLB(CacheShape(32), pageSizes: sizes, assumed)]
    core.second = [TLB(CacheShape(1024, ways: 4), pageSizes: sizes, assumed)]
    core.assumeWalkCaches(reason)
    return core
  }()
}
