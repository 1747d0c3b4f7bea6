/// Who runs on the processor.
public enum NestedActor: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// A program of L2's.
  case program = "L2 program"
  /// L2's kernel.
  case kernel = "L2 kernel"
  /// The hypervisor that is itself a guest.
  case inner = "L1"
  /// The hypervisor on the machine.
  case outer = "L0"

  /// The name in reports.
  public var description: String { rawValue }

  /// How many hypervisors are below.
  public var level: Int {
    switch self {
    case .program, .kernel: 2
    case .inner: 1
    case .outer: 0
    }
  }
}
