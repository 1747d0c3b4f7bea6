/// What the model predicts of a real host and its machines, beside what was measured there.
public struct DensityCheck: Sendable, Hashable {
  /// A predicted number of bytes beside the measured one.
  public struct Comparison: Sendable, Hashable {
    /// What is compared.
    public enum Quantity: String, Sendable, Hashable, CaseIterable {
      /// What a machine's process holds.
      case resident
      /// What a machine's control group is charged.
      case charged
      /// The second stage's tables of all machines.
      case secondStage
      /// The tables of all processes.
      case pageTables
      /// What could be had without swapping.
      case available
    }

    /// The machine or the host that it is about.
    public let subject: String
    /// What is compared.
    public let quantity: Quantity
    /// The bytes that the model says.
    public let predicted: UInt64
    /// The bytes that were measured.
    public let measured: UInt64
    /// What the prediction stands on.
    public let basis: String

    /// By which part of the measured bytes the prediction is off; nothing where nothing was measured.
    public var error: Double? {
      measured == 0 ? nil : Double(predicted) / Double(measured) - 1
    }
  }

  /// The comparisons, the machines' first.
  public let comparisons: [Comparison]
  /// The machines of which nothing was measured.
  public let unmeasured: [String]

  /// Compares what is predicted of a host and its machines with what its inventory says.
  ///
  /// A machine's own measured size is never a part of what is predicted of that size. The tables of all are
  /// predicted from what their processes were measured to hold, so that they test the geometry alone.
  public init(_ host: InventoryHost, machines: [InventoryMachine]) {
    let base = DensityHost(host)
    var comparisons: [Comparison] = []
    var unmeasured: [String] = []
    var (secondStage, tables, held): (UInt64, UInt64, UInt64) = (0, 0, 0)
    for machine in machines {
      let (overhead, basis) = Self.predict(machine, on: base)
      let guest = overhead[.guestMemory]?.now ?? 0
      let resident =
        (overhead.flavour.usesPool ? 0 : guest) + (overhead[.monitor]?.now ?? 0)
        + (overhead[.video]?.now ?? 0) + (overhead[.firmware]?.now ?? 0)
      let charged = overhead.charged(to: .machine, atWorst: false)
      held += charged
      if let measured = machine.residentBytes, measured.grade != .assumed {
        comparisons.append(
          Comparison(
            subject: machine.name, quantity: .resident, predicted: resident,
            measured: measured.value, basis: basis))
      }
      if let measured = machine.chargedBytes, measured.grade != .assumed {
        comparisons.append(
          Comparison(
            subject: machine.name, quantity: .charged, predicted: charged,
            measured: measured.value, basis: basis))
      }
      if machine.residentBytes == nil, machine.chargedBytes == nil {
        unmeasured.append(machine.name)
      }
      let mapped = Self.mapped(machine, overhead, on: base)
      secondStage += mapped[.secondStage]?.now ?? 0
      tables += mapped[.processTables]?.now ?? 0
    }
    let name = host.name
    func add(
      _ quantity: Comparison.Quantity, _ predicted: UInt64, _ measured: Observed<UInt64>?,
      _ basis: String
    ) {
      guard let measured, measured.grade != .assumed, !machines.isEmpty else { return }
      comparisons.append(
        Comparison(
          subject: name, quantity: quantity, predicted: predicted, measured: measured.value,
          basis: basis))
    }
    add(.secondStage, secondStage, host.secondStageBytes, "geometry, from what processes hold")
    add(
      .pageTables, tables, host.pageTableBytes,
      "geometry, of the machines' processes alone: those of others are in the measured sum")
    let taken = base.reservedBytes + base.poolBytes + held
    add(
      .available, host.memoryBytes.value > taken ? host.memoryBytes.value - taken : 0,
      host.availableBytes, "what is managed, less pools, what is kept and the machines")
    self.comparisons = comparisons
    self.unmeasured = unmeasured
  }

  /// What is predicted of a machine without looking at its own size.
  private static func predict(
    _ machine: InventoryMachine, on host: DensityHost
  ) -> (MachineOverhead, String) {
    var blind = machine
    blind.residentBytes = nil
    blind.usage = []
    var flavour = DensityFlavour(blind, on: host)
    if flavour.holdsAll { return (MachineOverhead(flavour), "all memory is there") }
    guard let used = machine.workingSetBytes else {
      flavour.workingSet = nil
      return (MachineOverhead(flavour), "a booted guest, idle (B2)")
    }
    // What a guest caches of its disks is in memory too, whether it uses it or not.
    let bytes = min(used.value + (machine.diskCacheBytes?.value ?? 0), machine.memoryBytes.value)
    flavour.workingSet = WorkingSet([bytes], origin: used.statistic)
    return (MachineOverhead(flavour), "the guest's own statistics")
  }

  /// The machine with as much of its guest's memory as its process was measured to hold.
  private static func mapped(
    _ machine: InventoryMachine, _ overhead: MachineOverhead, on host: DensityHost
  ) -> MachineOverhead {
    guard let resident = machine.residentBytes?.value, !overhead.flavour.holdsAll else {
      return overhead
    }
    let own = overhead[.monitor]?.now ?? 0
    var flavour = overhead.flavour
    let guest = min(resident > own ? resident - own : 0, flavour.memoryBytes)
    flavour.workingSet = WorkingSet([guest], origin: "measured")
    return MachineOverhead(flavour)
  }
}
