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
  /// How many machines share their pages before they write to them.
  public var sharers = 4
  /// How many neighbours a fault maps at most, the page itself included.
  public var batch = 1
  /// How far memory is prepared before the touches, if it is.
  public var population: PopulationDepth?
  /// What becomes of large pages while writes are logged; what KVM does on the architecture, if nothing is
  /// chosen: it splits all of them at the start on x86-64, and each at its first write elsewhere.
  public var splitting: LogSplitting?

  /// A comparison with the defaults of the workload.
  public init(_ workload: ComparedWorkload) {
    self.workload = workload
    if workload == .coldResume { access = .read }
    if workload == .dirtyLog { backing = .large }
  }

  /// The pages that are touched: the host's smallest, of which a larger page of the guest's has several.
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

  /// How many pages each machine touches, or how often it accesses a device.
  public var touchCount: UInt64 {
    if let touches { return touches }
    switch workload {
    case .firstTouch, .cowStorm, .dirtyLog: return dataBytes / Self.pageBytes
    case .coldResume: return min(2048, dataBytes / Self.pageBytes)
    case .mmio: return 10_000
    case .nested: return 1
    }
  }

  /// How many machines do it.
  public var machineCount: Int { workload == .cowStorm ? sharers : 1 }

  /// The most machines that may share their pages.
  public static let mostSharers = 64

  /// What is wrong with the numbers, each as a sentence.
  public var problems: [String] {
    var problems = choiceProblems
    guard workload != .nested else { return problems }
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

  /// What of the choices is out of range, or has no meaning for the workload.
  private var choiceProblems: [String] {
    var problems: [String] = []
    if !(1...512).contains(batch) || batch.nonzeroBitCount != 1 {
      problems.append(
        "A fault is to map \(batch) neighbours: it must be a power of two from 1 to 512.")
    }
    if !(2...Self.mostSharers).contains(sharers) {
      problems.append(
        "\(sharers) machines are to share their pages: it must be from 2 to \(Self.mostSharers).")
    }
    if workload == .mmio || workload == .nested {
      let name = workload.rawValue
      if batch != 1 { problems.append("A batch has no meaning for “\(name)”: no page is mapped.") }
      if population != nil {
        problems.append("Memory that is populated has no meaning for “\(name)”.")
      }
    }
    if workload == .cowStorm, access != .write {
      problems.append("The machines of “cow-storm” write: reads copy nothing.")
    }
    if workload == .dirtyLog {
      if access != .write { problems.append("The guest of “dirty-log” writes: no read is logged.") }
      if batch != 1 { problems.append("A batch has no meaning for “dirty-log”: pages are mapped.") }
      if population != nil {
        problems.append("The memory of “dirty-log” is populated in any case.")
      }
    }
    return problems
  }

  /// What the work takes on one machine.
  public func outcome(on machine: ComparedMachine) throws(ISAComparisonError) -> ComparedOutcome {
    switch machine.tables {
    case .twoStages(let guest, let host):
      var studied = try StudiedMachines(self, guest, host)
      try studied.work()
      return try ComparedOutcome(
        machine, touches: touchCount * UInt64(machineCount), studied.measured,
        preparation: studied.preparation)
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
