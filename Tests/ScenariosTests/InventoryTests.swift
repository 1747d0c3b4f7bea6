import Paging
import Scenarios
import Studies
import Testing

@Suite("Inventories as files")
struct InventoryTests {
  /// An inventory in which every field has a value.
  private var full: Inventory {
    var host = InventoryHost(
      "node-1", memoryBytes: .measured(540_000_000_000, "/proc/meminfo MemTotal"))
    host.architecture = .arm
    host.availableBytes = .measured(1 << 38, "/proc/meminfo MemAvailable")
    host.processors = .derived(96, "2 sockets, 48 cores")
    host.pageBytes = .assumed(4096)
    var node = InventoryNode(1)
    node.memoryBytes = .measured(1 << 38, "cell 1: “memory”")
    node.freeBytes = .measured(12_288, "cell 1")
    node.processors = .measured(48, "cell 1")
    node.freePages = [.init(pageBytes: 2 << 20, count: .measured(77, "freepages --pagesize 2M"))]
    host.nodes = [node]
    var pool = InventoryHugePages(pageBytes: 1 << 30, nodeNumber: 1, total: .measured(16, "sysfs"))
    pool.free = .measured(3, "sysfs")
    host.hugePages = [pool]
    host.reservedBytes = .assumed(4 << 30, "the usual (or so)")
    host.swapBytes = .measured(0, "/proc/swaps")
    host.swapFreeBytes = .measured(0, "/proc/swaps")
    var merging = InventoryMerging()
    merging.isRunning = .measured(true, "ksm/run")
    merging.pagesToScan = .measured(100, "ksm/pages_to_scan")
    merging.sleepMilliseconds = .measured(20, "ksm/sleep_millisecs")
    merging.mergesAcrossNodes = .measured(false, "ksm/merge_across_nodes")
    merging.pagesShared = .measured(5, "ksm/pages_shared")
    merging.pagesSharing = .measured(500, "ksm/pages_sharing")
    merging.pagesUnshared = .measured(9, "ksm/pages_unshared")
    merging.zeroPages = .measured(1, "ksm/ksm_zero_pages")
    merging.fullScans = .measured(2, "ksm/full_scans")
    host.merging = merging
    host.transparentHugePages = .measured(.madvise, "thp/enabled")
    var watermarks = InventoryWatermarks()
    watermarks.minimumBytes = .derived(67_584 << 10, "zones’ min")
    watermarks.lowBytes = .derived(84_480 << 10, "zones’ low")
    watermarks.highBytes = .derived(101_376 << 10, "zones’ high")
    host.watermarks = watermarks
    host.machineLimitBytes = .measured(1 << 37, "machine.slice memory.max")
    host.pageTableBytes = .measured(1 << 30, "PageTables")
    host.secondStageBytes = .measured(1 << 29, "SecPageTables")
    var inventory = Inventory("rack: 7")
    inventory.hosts = [host, InventoryHost("node-2", memoryBytes: .assumed(1 << 30))]
    inventory.machines = [machine]
    inventory.problems = [InventoryProblem("web-2", "The domain vanished while it was read.")]
    return inventory
  }

  private var machine: InventoryMachine {
    var machine = InventoryMachine("true", memoryBytes: .measured(8 << 30, "maxMem"))
    machine.host = "node-1"
    machine.processors = .measured(4, "vcpu.current")
    var balloon = InventoryBalloon()
    balloon.currentBytes = .measured(6 << 30, "balloon.current")
    balloon.minimumBytes = .assumed(1 << 30, "nothing says")
    balloon.statisticsSeconds = .measured(10, "XML")
    balloon.reportsFreePages = .measured(true, "XML")
    machine.balloon = balloon
    machine.residentBytes = .measured(5 << 30, "balloon.rss")
    machine.workingSetBytes = .derived(3 << 30, "available - unused")
    machine.swappedBytes = .measured(4096, "smaps")
    machine.diskCacheBytes = .measured(1 << 28, "balloon.disk_caches")
    machine.majorFaults = .measured(3, "balloon.major_fault")
    machine.minorFaults = .measured(.max, "balloon.minor_fault")
    machine.dirtyBytesPerSecond = .measured(100 << 20, "dirtyrate.megabytes_per_second")
    machine.backingPageBytes = .measured(2 << 20, "memoryBacking")
    machine.usesPool = .measured(true, "memoryBacking")
    machine.isLocked = .measured(false, "memoryBacking")
    machine.nodes = [0, 1]
    machine.monitor = .measured(.cloudHypervisor, "emulator")
    machine.devices.videoBytes = .measured(16 << 20, "video/model vram")
    machine.devices.disks = .measured(2, "XML")
    machine.devices.networks = .measured(1, "XML")
    machine.devices.passedThrough = .measured(0, "XML")
    machine.devices.ioThreads = .measured(1, "XML")
    machine.devices.firmware = .measured(.uefi, "os/loader")
    machine.chargedBytes = .measured(7 << 30, "memory.current")
    machine.limitBytes = .measured(9 << 30, "memory.max")
    machine.usage = [
      InventoryUsage(second: 1_700_000_000, residentBytes: 5 << 30, workingSetBytes: 3 << 30),
      InventoryUsage(second: 1_700_000_060),
    ]
    return machine
  }

  @Test("what is written is read back, value by value and origin by origin")
  func roundTrip() throws {
    let text = NodeWriter.write(full.node)
    #expect(try Inventory.document.read(Array(text.utf8), file: "rack.yaml") == full)
  }

  @Test("each field of a full inventory is written")
  func complete() {
    let written = NodeWriter.write(full.node)
    let fields =
      InventoryHost.fields + InventoryNode.fields + InventoryHugePages.fields
      + InventoryMerging.fields + InventoryWatermarks.fields + InventoryMachine.fields
      + InventoryBalloon.fields + InventoryDevices.fields + InventoryUsage.fields
      + InventoryProblem.fields + Inventory.fields
    for field in fields { #expect(written.contains("\(field.name):"), "\(field.name)") }
  }

  @Test("a value stands with its origin in one scalar, and is assumed where it has none")
  func origin() throws {
    let text = """
      inventory: mine
      hosts:
        - name: one
          memory: 64 GiB
          available: 12 GiB (measured /proc/meminfo MemAvailable)
          swap: 1 GiB (derived)
      """
    let host = try #require(
      try Inventory.document.read(Array(text.utf8), file: "mine.yaml").hosts.first)
    #expect(host.memoryBytes == .assumed(64 << 30))
    #expect(host.availableBytes == .measured(12 << 30, "/proc/meminfo MemAvailable"))
    #expect(host.swapBytes == .derived(1 << 30, ""))
  }
}
