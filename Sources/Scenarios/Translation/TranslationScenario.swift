public import Guests
public import Paging

/// What translation costs a program, as a file says it.
public struct TranslationScenario: Sendable, Hashable {
  /// What it is about, in a line, if it has a name.
  public var title: String?
  /// The order of the accesses.
  public var pattern: AccessPattern
  /// The memory that they go to, in bytes.
  public var footprintBytes: UInt64 = 4 << 30
  /// What one access touches, in bytes.
  public var elementBytes: UInt64 = 64
  /// How many accesses are counted.
  public var accesses = 1_000_000
  /// How many are made before and not counted.
  public var warmUp = 100_000
  /// Where the random generator starts.
  public var seed: UInt64 = 1
  /// The core with its TLBs and walk caches.
  public var core: CoreModel
  /// The sizes of the guest's pages; all up to 1 GiB if there are none.
  public var guestPages: [UInt64] = []
  /// The sizes of the hypervisor's pages; all up to 1 GiB if there are none.
  public var hostPages: [UInt64] = []
  /// Whether tables lie all over the memory, and not side by side.
  public var isScattered = false
  /// The cycles of work that an access comes with.
  public var workCycles: Double?

  /// Accesses on a core.
  public init(_ pattern: AccessPattern, on core: CoreModel) {
    self.pattern = pattern
    self.core = core
  }

  /// The accesses.
  public var workload: Workload {
    Workload(
      pattern, footprintBytes: footprintBytes, elementBytes: elementBytes, seed: seed)
  }
}
