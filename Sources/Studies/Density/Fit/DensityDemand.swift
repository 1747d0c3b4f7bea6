/// What each kind of machine takes of each thing that a host has an end of.
struct DensityDemand {
  let kinds: [DensityConstraint.Kind]
  let packing: Packing

  /// The demands of a study, with a part of the memory left unused.
  init(
    _ study: Density, _ overheads: [MachineOverhead], unused: UInt64 = 0
  ) throws(DensityError) {
    let host = study.host
    var kinds: [DensityConstraint.Kind] = []
    var resources: [Packing.Resource] = []
    var items = study.flavours.map { flavour in
      Packing.Item(
        worth: flavour.worth, least: UInt64(flavour.least), most: flavour.most.map(UInt64.init),
        demand: [])
    }
    let nodes = study.bindsNodes ? max(host.nodes, 1) : 1
    let areListed = nodes > 1 && nodes == host.listedNodes.count
    func add(
      _ kind: DensityConstraint.Kind, _ capacity: UInt64, ofNodes: Bool, _ demand: [UInt64],
      onNodes: [UInt64]? = nil
    ) {
      kinds.append(kind)
      resources.append(
        Packing.Resource(
          capacity: ofNodes ? capacity / UInt64(nodes) : capacity, isOfNodes: ofNodes,
          onNodes: areListed ? onNodes : nil))
      for (index, amount) in demand.enumerated() { items[index].demand.append(amount) }
    }
    let usable = host.usableBytes
    let usableOnNodes = host.usableBytesOnNodes
    add(
      .memory, usable - min(unused, usable), ofNodes: true,
      overheads.map { Self.memory($0, study.overcommit != nil) },
      onNodes: zip(usableOnNodes, DensityHost.split(unused, over: usableOnNodes)).map {
        $0 - $1
      })
    for size in Set(study.flavours.filter(\.usesPool).map(\.backingBytes)).sorted() {
      guard host.poolSizes.contains(size) else {
        let flavour = study.flavours.first { $0.usesPool && $0.backingBytes == size }
        throw .noPool(flavour: flavour?.name ?? "", pageBytes: size)
      }
      add(
        .pool(pageBytes: size), host.pages(of: size), ofNodes: true,
        study.flavours.map { flavour in
          flavour.usesPool && flavour.backingBytes == size
            ? (flavour.memoryBytes + size - 1) / size : 0
        }, onNodes: host.pagesOnNodes(of: size))
    }
    if let processors = host.processors {
      let own = host.listedNodes.compactMap(\.processors)
      add(
        .processors, Self.thousandths(processors, host), ofNodes: true,
        study.flavours.map { UInt64($0.processors) * 1000 },
        onNodes: own.count == host.listedNodes.count
          ? own.map { Self.thousandths($0, host) } : nil)
    }
    if study.overcommit != nil {
      let (sum, isOver) = (usable - min(unused, usable)).addingReportingOverflow(host.swapBytes)
      add(
        .swap, isOver ? .max : sum, ofNodes: false,
        overheads.map(Self.held))
    }
    for resource in host.named {
      add(
        .named(resource.name), resource.amount, ofNodes: false,
        study.flavours.map { flavour in
          flavour.named.first { $0.name == resource.name }?.amount ?? 0
        })
    }
    self.kinds = kinds
    packing = Packing(items: items, resources: resources, nodes: nodes)
  }

  /// What so many processors bear, in thousandths of a virtual processor.
  ///
  /// It is held within bounds, so that what a caller of the library states can't leave the integers.
  private static func thousandths(_ processors: Int, _ host: DensityHost) -> UInt64 {
    let ratio = host.processorRatio.isFinite ? host.processorRatio : 0
    return UInt64(min(max((Double(processors) * ratio * 1000).rounded(.down), 0), 1e15))
  }

  /// The memory outside pools that is taken off for a machine: all that it may ever have or, where memory
  /// is promised twice, what it uses on average.
  static func memory(_ overhead: MachineOverhead, _ isOvercommitted: Bool) -> UInt64 {
    let flavour = overhead.flavour
    guard isOvercommitted else {
      return overhead.charged(to: .machine, atWorst: true)
    }
    guard !flavour.holdsAll else {
      return overhead.added(atWorst: true) + (flavour.usesPool ? 0 : flavour.memoryBytes)
    }
    let values = uses(overhead)
    return values.reduce(0, +) / UInt64(values.count)
  }

  /// What a guest uses of its memory over time, as values that are equally likely.
  static func used(_ overhead: MachineOverhead) -> [UInt64] {
    let flavour = overhead.flavour
    guard !flavour.holdsAll else { return [flavour.memoryBytes] }
    let set =
      flavour.workingSet?.thinned(to: 20).values ?? [overhead[.guestMemory]?.now ?? 0]
    return set.map { value in
      let held = flavour.returns == .balloon ? max(value, flavour.balloonLeastBytes) : value
      return min(held, flavour.memoryBytes)
    }
  }

  /// What a machine takes of memory outside pools over time, as values that are equally likely.
  static func uses(_ overhead: MachineOverhead) -> [UInt64] {
    let flavour = overhead.flavour
    let added = overhead.added(atWorst: flavour.holdsAll)
    guard !flavour.holdsAll else {
      return [added + (flavour.usesPool ? 0 : flavour.memoryBytes)]
    }
    let kept = 1 - min(max(flavour.merged, 0), 1)
    return used(overhead).map { added + UInt64(Double($0) * kept) }
  }

  /// What of a machine must have a place in memory or in swap: all that it may ever touch, where nothing
  /// takes back what it does not use.
  private static func held(_ overhead: MachineOverhead) -> UInt64 {
    let flavour = overhead.flavour
    guard !flavour.holdsAll, flavour.returns == .none else { return memory(overhead, true) }
    return overhead.charged(to: .machine, atWorst: true)
  }
}
