// Micro-architecture: this file can be skipped at first reading.
// Arm's technical reference manuals, each in its section "TLB organization". A core's second level
// keeps walk entries and intermediate physical addresses among its own; here they have caches of their
// own, of the sizes that the Cortex-A55's manual gives for its.

extension CoreModel {
  private typealias Bytes = PageBytes

  /// The sizes of pages that the second level of the larger cores holds.
  private static let armSizes = [
    Bytes.kilo4, Bytes.kilo16, Bytes.kilo64, Bytes.mega2, Bytes.mega32, Bytes.giga1,
  ]

  private static let armData = [
    Bytes.kilo4, Bytes.kilo16, Bytes.kilo64, Bytes.mega2, Bytes.mega512,
  ]
  private static let armInstruction = [
    Bytes.kilo4, Bytes.kilo16, Bytes.kilo64, Bytes.mega2, Bytes.mega32,
  ]

  /// A core with fully associative first levels of so many entries and a second level.
  private static func arm(
    _ name: String, _ title: String, instruction: Int, data: Int, second: CacheShape,
    _ manual: Source
  ) -> CoreModel {
    var core = CoreModel(name, title, .arm)
    core.data = [TLB(CacheShape(data), pageSizes: armData, manual)]
    core.instruction = [TLB(CacheShape(instruction), pageSizes: armInstruction, manual)]
    core.second = [TLB(second, pageSizes: armSizes, manual)]
    let assumed = Source.assumed(
      "part of the second-level TLB, by the core's manual; here apart, as large as those of the"
        + " Cortex-A55")
    core.guestTables = [WalkCache(CacheShape(64, ways: 4), levels: 1...3, assumed)]
    core.hostTables = core.guestTables
    core.nested = NestedCache(
      CacheShape(64, ways: 4), pageSizes: armSizes, servesData: false, assumed)
    return core
  }

  /// Arm Neoverse N1: AWS Graviton 2, Ampere Altra.
  public static let neoverseN1 = arm(
    "neoverse-n1", "Arm Neoverse N1", instruction: 48, data: 48,
    second: CacheShape(1280, ways: 5),
    .manual("Arm Neoverse N1 Core Technical Reference Manual, A5.2 “TLB organization”"))

  /// Arm Neoverse N2: Microsoft Cobalt 100, Alibaba Yitian 710.
  public static let neoverseN2 = arm(
    "neoverse-n2", "Arm Neoverse N2", instruction: 48, data: 44,
    second: CacheShape(1280, ways: 5),
    .manual("Arm Neoverse N2 Core Technical Reference Manual, “Memory management”"))

  /// Arm Neoverse V1: AWS Graviton 3.
  public static let neoverseV1 = arm(
    "neoverse-v1", "Arm Neoverse V1", instruction: 48, data: 40,
    second: CacheShape(2048, ways: 4),
    .manual("Arm Neoverse V1 Core Technical Reference Manual, “Memory management”"))

  /// Arm Cortex-A55: a small core all of whose caches' sizes are published.
  public static let cortexA55: CoreModel = {
    let manual = Source.manual(
      "Arm Cortex-A55 Core Technical Reference Manual, A5.2 “TLB organization”")
    var core = arm(
      "cortex-a55", "Arm Cortex-A55", instruction: 15, data: 16,
      second: CacheShape(1024, ways: 4), manual)
    // "The walk cache RAM holds the result of a stage 1 translation up to but not including the last
    // level"; the IPA cache "is checked whenever a stage 2 translation is required".
    core.guestTables = [WalkCache(CacheShape(64, ways: 4), levels: 1...1, manual)]
    core.hostTables = []
    core.nested = NestedCache(
      CacheShape(64, ways: 4), pageSizes: armSizes, servesData: true, manual)
    return core
  }()
}
