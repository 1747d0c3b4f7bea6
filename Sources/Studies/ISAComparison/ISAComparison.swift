public import HostMemory
public import Hypervisor
public import Paging

/// The same work on machines of several architectures, counted and priced: what a fault costs where,
/// and why.
public struct ISAComparison: Sendable, Hashable {
  /// What the machines do.
  public var workload: ComparedWorkload
  /// The memory of each machine.
  public var memoryBytes: UInt64 = 1 << 30
  /// How many pages are touched, or how often a device is accessed; as many as suit the workload if
  /// there is no number.
  public var touches: UInt64?
  /// The largest pages that the host backs the machine with.
  public var backing = FrameOrder.small
  /// Whether pages are read or written.
  public var access = Access.Kind.write
  /// Who emulates the device: the hypervisor's kernel or its process.
  public var device = Slot.Kind.processDevice

  /// A comparison with the defaults of the workload.
  public init(_ workload: ComparedWorkload) {
    self.workload = workload
    if workload == .coldResume { access = .read }
  }

  /// The guest's pages.
  static let pageBytes: UInt64 = 4096
  /// The guest's data begins here in its programs' addresses.
  static let base = GuestVirtual(1 << 36)

  /// The bytes at the start of the memory that the guest's tables are made from: a table for each 2 MiB,
  /// one for each gigabyte, and the way to them.
  var tableBytes: UInt64 {
    let tables = memoryBytes >> 21 + memoryBytes >> 30 + 16
    return (tables * 4096 + 2 << 20 - 1) & ~(2 << 20 - 1)
  }

  /// The bytes that are left for the guest's data.
  public var dataBytes: UInt64 { memoryBytes > tableBytes ? memoryBytes - tableBytes : 0 }

  /// How many pages are touched, or how often a device is accessed.
  public var touchCount: UInt64 {
    if let touches { return touches }
    switch workload {
    case .firstTouch: return dataBytes / Self.pageBytes
    case .coldResume: return min(2048, dataBytes / Self.pageBytes)
    case .mmio: return 10_000
    case .nested: return 1
    }
  }

  /// What is wrong with the numbers, each as a sentence.
  public var problems: [String] {
    var problems: [String] = []
    guard workload != .nested else { return [] }
    if memoryBytes % (2 << 20) != 0 || memoryBytes < 8 << 20 || memoryBytes > 1 << 37 {
      problems.append(
        "The memory is \(memoryBytes) bytes: it must be a multiple of 2 MiB from 8 MiB to 128 GiB.")
    } else if workload != .mmio, touchCount > dataBytes / Self.pageBytes {
      problems.append(
        "\(touchCount) pages are to be touched: the guest has \(dataBytes / Self.pageBytes) beside"
          + " its tables.")
    }
    if touches == 0 { problems.append("No page is to be touched: there must be one.") }
    return problems
  }

  /// What the work takes on one machine.
  public func outcome(on machine: ComparedMachine) throws(ISAComparisonError) -> ComparedOutcome {
    switch machine.tables {
    case .twoStages(let guest, let host):
      var studied = try StudiedVirtualMachine(self, guest, host)
      try studied.work()
      return try ComparedOutcome(machine, touches: touchCount, studied.measured)
    case .nested(let scheme):
      let touch: NestedPlay
      do throws(NestedError) {
        var nested = try NestedMachine(scheme)
        touch = try nested.touch()
      } catch {
        throw .nested(error)
      }
      return try ComparedOutcome(
        machine, touches: 1, touch.ledger, switches: UInt64(touch.switches),
        outerExits: UInt64(touch.exits))
    }
  }
}
