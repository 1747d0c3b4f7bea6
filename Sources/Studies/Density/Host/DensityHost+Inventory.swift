import Paging

extension DensityHost {
  /// A real host, as far as it bears virtual machines.
  ///
  /// What is kept for the host is what the inventory says or, where it says nothing, what its kernel keeps
  /// free. Its nodes are taken for one: an inventory does not say of every machine where it lies.
  public init(_ host: InventoryHost, processorRatio: Double = 1) {
    self.init(memoryBytes: host.memoryBytes.value)
    name = host.name
    architecture = host.architecture ?? .x86
    if let machineLimit = host.machineLimitBytes?.value, machineLimit < memoryBytes {
      reservedBytes = memoryBytes - machineLimit
    } else {
      reservedBytes =
        host.reservedBytes?.value ?? host.watermarks?.highBytes?.value
        ?? min(1 << 30, memoryBytes / 16)
    }
    for pool in host.hugePages {
      // A pool that is counted by node stands beside its total, or in place of it.
      let isPart =
        pool.nodeNumber != nil
        && host.hugePages.contains { $0.pageBytes == pool.pageBytes && $0.nodeNumber == nil }
      guard !isPart, pool.total.value > 0 else { continue }
      if let index = pools.firstIndex(where: { $0.pageBytes == pool.pageBytes }) {
        pools[index].pages += pool.total.value
      } else {
        pools.append(Pool(pageBytes: pool.pageBytes, pages: pool.total.value))
      }
    }
    swapBytes = host.swapBytes?.value ?? 0
    processors = host.processors?.value
    self.processorRatio = processorRatio
  }
}

extension DensityFlavour {
  /// A real machine, as far as it takes of its host.
  public init(_ machine: InventoryMachine, on host: DensityHost) {
    self.init(machine.name, memoryBytes: machine.memoryBytes.value)
    processors = max(machine.processors?.value ?? 1, 1)
    backingBytes = machine.backingPageBytes?.value ?? 4096
    usesPool = machine.usesPool?.value ?? false
    if usesPool, !host.pools.contains(where: { $0.pageBytes == backingBytes }) {
      // Its pool is not in the inventory: its memory is all there and can't be taken back.
      usesPool = false
      isEager = true
    }
    isEager = isEager || (machine.isLocked?.value ?? false)
    monitor = machine.monitor?.value ?? .qemu
    self.host =
      switch host.architecture {
      case .x86: .ept4
      case .arm: .arm4K
      case .riscv: .sv48x4
      }
    videoBytes = machine.devices.videoBytes?.value
    ioThreads = machine.devices.ioThreads?.value ?? 0
    hasUEFI = machine.devices.firmware?.value == .uefi
    passedThrough = machine.devices.passedThrough?.value ?? 0
    let samples = machine.usage.compactMap { $0.workingSetBytes ?? $0.residentBytes }
    let single = [machine.workingSetBytes ?? machine.residentBytes].compactMap { $0 }
    workingSet =
      samples.isEmpty
      ? single.first.flatMap {
        WorkingSet([min($0.value, memoryBytes)], origin: "\($0.grade.rawValue): \($0.statistic)")
      }
      : WorkingSet(
        samples.map { min($0, memoryBytes) }, origin: "\(samples.count) moments of the inventory")
    if let balloon = machine.balloon {
      returns = balloon.reportsFreePages?.value == true ? .reporting : .balloon
      balloonLeastBytes = balloon.minimumBytes?.value ?? 0
    }
  }
}

extension DensityFlavour {
  /// The kinds of real machines to be placed, those that are alike together, each as far as it takes of a host
  /// that is like its own.
  public static func kinds(
    of machines: [InventoryMachine], on host: (InventoryMachine) -> DensityHost
  ) -> [DensityFlavour] {
    var kinds: [DensityFlavour] = []
    var places: [DensityFlavour: Int] = [:]
    for machine in machines {
      var kind = DensityFlavour(machine, on: host(machine))
      let name = kind.name
      kind.name = ""
      if let place = places[kind] {
        kinds[place].placed = (kinds[place].placed ?? 0) + 1
      } else {
        places[kind] = kinds.count
        kind.name = name
        kind.placed = 1
        kinds.append(kind)
      }
    }
    return kinds
  }
}

extension Density {
  /// The machines that run on a real host and stay, each a kind of its own but for those that are alike, and
  /// last a kind of which as many as fit are added.
  public init(
    _ inventory: InventoryHost, running: [InventoryMachine], adding flavour: DensityFlavour,
    processorRatio: Double = 1
  ) {
    let host = DensityHost(inventory, processorRatio: processorRatio)
    var kinds: [DensityFlavour] = []
    var places: [DensityFlavour: Int] = [:]
    for machine in running {
      var kind = DensityFlavour(machine, on: host)
      let name = kind.name
      kind.name = ""
      kind.worth = 0
      if let place = places[kind] {
        kinds[place].least += 1
        kinds[place].most = kinds[place].least
      } else {
        places[kind] = kinds.count
        kind.name = name
        kind.least = 1
        kind.most = 1
        kinds.append(kind)
      }
    }
    self.init(kinds + [flavour], on: host)
  }
}
