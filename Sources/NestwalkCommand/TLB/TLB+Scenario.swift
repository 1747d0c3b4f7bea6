import Console
import Guests
import Paging
import Quantities
import Scenarios

extension TLB {
  /// The command with the options that a scenario file stands for.
  init(_ scenario: TranslationScenario) {
    self.init()
    switch scenario.pattern {
    case .sequential: pattern = .sequential
    case .random: pattern = .random
    case .stride(let bytes):
      pattern = .stride
      stride = ByteSize(bytes)
    case .zipf(let value):
      pattern = .zipf
      exponent = DecimalNumber(value)
    case .pointerChase: pattern = .chase
    }
    footprint = ByteSize(scenario.footprintBytes)
    element = ByteSize(scenario.elementBytes)
    seed = Int(Int64(bitPattern: scenario.seed))
    accesses = scenario.accesses
    warmUp = scenario.warmUp
    core = CoreName(scenario.core)
    guestPages = scenario.guestPages.map { ByteSize($0) }
    hostPages = scenario.hostPages.map { ByteSize($0) }
    placement = scenario.isScattered ? .scattered : .compact
    work = scenario.workCycles.map { DecimalNumber($0) }
  }
}
