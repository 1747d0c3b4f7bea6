internal import Paging
public import Studies

extension KernelMemory {
  /// The host as an inventory tells of it, each value with the file that it was read from.
  public func host(named fallback: String, machine: String? = nil) -> InventoryHost {
    func told(_ name: String) -> Observed<UInt64>? {
      information[name].map { .measured($0, "/proc/meminfo \(name)") }
    }
    var host = InventoryHost(
      name ?? fallback, memoryBytes: .measured(memoryBytes, "/proc/meminfo MemTotal"))
    host.architecture = machine.flatMap(Self.architecture)
    host.availableBytes = told("MemAvailable")
    host.processors = processors.map { .measured($0, "/sys/devices/system/cpu/online") }
    host.pageBytes = .measured(pageBytes, "AT_PAGESZ")
    host.swapBytes = told("SwapTotal")
    host.swapFreeBytes = told("SwapFree")
    host.pageTableBytes = told("PageTables")
    host.secondStageBytes = told("SecPageTables")
    host.nodes = nodes.map(\.inventoryNode)
    host.hugePages = hugePages
    host.merging = merging?.inventoryMerging
    host.transparentHugePages = transparentHugePages.flatMap {
      InventoryHost.TransparentHugePages(rawValue: $0)
    }.map { .measured($0, "/sys/kernel/mm/transparent_hugepage/enabled") }
    host.watermarks = watermarks
    host.machineLimitBytes = machineLimit
    return host
  }

  /// The pools by node where the kernel counts them so, and of the whole host where not.
  private var hugePages: [InventoryHugePages] {
    let byNode = nodes.flatMap { node in node.pools.map { ($0, node.number as Int?) } }
    let told = byNode.isEmpty ? pools.map { ($0, nil) } : byNode
    return told.map { pool, node in
      let folder =
        node.map { "/sys/devices/system/node/node\($0)/hugepages" } ?? "/sys/kernel/mm/hugepages"
      var result = InventoryHugePages(
        pageBytes: pool.pageBytes, nodeNumber: node,
        total: .measured(pool.pages, "\(folder) nr_hugepages"))
      result.free = pool.free.map { .measured($0, "\(folder) free_hugepages") }
      return result
    }
  }

  private var watermarks: InventoryWatermarks? {
    guard !zones.isEmpty else { return nil }
    func sum(_ name: String, _ pages: (MemoryZone) -> UInt64) -> Observed<UInt64> {
      let pages = zones.reduce(0) { $0 &+ pages($1) }
      return .derived(pages &* pageBytes, "/proc/zoneinfo, the sum of \(name)")
    }
    var marks = InventoryWatermarks()
    marks.minimumBytes = sum("min") { $0.minPages }
    marks.lowBytes = sum("low") { $0.lowPages }
    marks.highBytes = sum("high") { $0.highPages }
    return marks
  }

  /// The lowest limit of the groups above all virtual machines: where libvirt, systemd and Kubernetes put
  /// them, and above whoever asks.
  private var machineLimit: Observed<UInt64>? {
    let parents = ["", "machine.slice", "machine", "kubepods.slice", "kubepods"]
    let limits = groups.compactMap { group -> (UInt64, String)? in
      let isAbove =
        parents.contains(group.path) || ownGroups.contains { $0.hasSuffix("/\(group.path)") }
      guard isAbove, let limit = group.limit else { return nil }
      return (limit, group.path)
    }
    guard let (limit, path) = limits.min(by: { $0.0 < $1.0 }) else { return nil }
    return .measured(limit, "the limit of control group /\(path)")
  }

  /// The architecture that `uname -m` names.
  static func architecture(_ machine: String) -> ISA? {
    switch machine {
    case "x86_64", "amd64": .x86
    case "aarch64", "arm64": .arm
    case "riscv64": .riscv
    default: nil
    }
  }
}

extension MemoryNode {
  /// The node as an inventory tells of it.
  var inventoryNode: InventoryNode {
    let folder = "/sys/devices/system/node/node\(number)"
    var node = InventoryNode(number)
    node.memoryBytes = .measured(memoryBytes, "\(folder)/meminfo MemTotal")
    node.freeBytes = freeBytes.map { .measured($0, "\(folder)/meminfo MemFree") }
    node.processors = processors.map { .measured($0, "\(folder)/cpulist") }
    return node
  }
}

extension KernelMerging {
  /// Merging as an inventory tells of it.
  var inventoryMerging: InventoryMerging {
    func told<Value>(_ value: Value?, _ name: String) -> Observed<Value>? {
      value.map { .measured($0, "/sys/kernel/mm/ksm/\(name)") }
    }
    var merging = InventoryMerging()
    merging.isRunning = told(run.map { $0 == 1 }, "run")
    merging.pagesToScan = told(pagesToScan, "pages_to_scan")
    merging.sleepMilliseconds = told(sleepMilliseconds, "sleep_millisecs")
    merging.mergesAcrossNodes = told(mergesAcrossNodes, "merge_across_nodes")
    merging.pagesShared = told(pagesShared, "pages_shared")
    merging.pagesSharing = told(pagesSharing, "pages_sharing")
    merging.pagesUnshared = told(pagesUnshared, "pages_unshared")
    merging.zeroPages = told(zeroPages, "ksm_zero_pages")
    merging.fullScans = told(fullScans, "full_scans")
    return merging
  }
}
