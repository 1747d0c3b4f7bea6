import LiveHost
import Studies

/// A host with virtual machines whose every parameter is known, and the files in which such a host would
/// tell of them: `/proc`, `/sys`, the control groups, and virsh's text.
struct KnownFleet {
  /// A small generator (SplitMix64), so that a seed names a fleet.
  struct Random {
    var state: UInt64

    mutating func next(_ bound: UInt64) -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
      mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
      return (mixed ^ mixed >> 31) % bound
    }

    mutating func flip() -> Bool { next(2) == 0 }
  }

  struct Machine {
    var name: String
    var id: Int
    var memoryKiB: UInt64
    var currentKiB: UInt64
    var processors: Int
    var residentKiB: UInt64
    var availableKiB: UInt64
    var usableKiB: UInt64
    var cachesKiB: UInt64
    var majorFaults: UInt64
    var minorFaults: UInt64
    /// How old its statistics are; nothing where it has no balloon.
    var age: UInt64?
    var period: Int
    var reports: Bool
    var poolPageKiB: UInt64?
    var node: Int
    var isUEFI: Bool
    var chargedBytes: UInt64
    var dirtyMiB: UInt64?
  }

  var name: String
  var second: UInt64 = 1_700_000_000
  var memoryKiB: UInt64
  var availableKiB: UInt64
  var nodes: Int
  var pools: UInt64
  var freePools: UInt64
  var sharing: UInt64
  var minPages: UInt64
  var limit: UInt64
  var machines: [Machine] = []

  init(seed: UInt64) {
    var random = Random(state: seed)
    name = "host-\(seed)"
    memoryKiB = (64 + random.next(1024)) << 20
    availableKiB = memoryKiB / (2 + random.next(5))
    nodes = 1 + Int(random.next(4))
    pools = random.next(10_000)
    freePools = random.next(pools + 1)
    sharing = random.next(1 << 30)
    minPages = 1000 + random.next(100_000)
    limit = memoryKiB << 9
    for number in 0..<Int(1 + random.next(12)) {
      let memory = (1 + random.next(64)) << 20
      let current = memory - random.next(memory / 2)
      let available = current - random.next(current / 16)
      machines.append(
        Machine(
          name: "vm <\(number)> & \"co\"", id: number + 1, memoryKiB: memory, currentKiB: current,
          processors: 1 + Int(random.next(32)), residentKiB: random.next(memory),
          availableKiB: available, usableKiB: random.next(available),
          cachesKiB: random.next(1 << 20),
          majorFaults: random.next(1 << 40), minorFaults: random.next(1 << 50),
          age: random.next(5) == 0
            ? nil : random.flip() ? random.next(10) : 1000 + random.next(9999),
          period: Int(random.next(10)), reports: random.flip(),
          poolPageKiB: random.next(3) == 0 ? (random.flip() ? 2048 : 1 << 20) : nil,
          node: Int(random.next(UInt64(nodes))), isUEFI: random.flip(),
          chargedBytes: random.next(1 << 40), dirtyMiB: random.flip() ? random.next(1000) : nil))
    }
  }

  /// The archive that the capture script would write on the host.
  var archive: [UInt8] {
    var tar = TarBuilder()
    tar.add("capture/machine", "aarch64\n")
    tar.add("capture/second", "\(second)\n")
    tar.add(
      "proc/meminfo",
      """
      MemTotal:       \(memoryKiB) kB
      MemFree:        12 kB
      MemAvailable:   \(availableKiB) kB
      SwapTotal:      1024 kB
      SwapFree:       512 kB
      HugePages_Total:       \(pools)
      Hugepagesize:       2048 kB

      """)
    tar.add("proc/sys/kernel/hostname", "\(name)\n")
    tar.add("sys/devices/system/cpu/online", "0-\(nodes * 8 - 1)\n")
    var zones = ""
    for node in 0..<nodes {
      let folder = "sys/devices/system/node/node\(node)"
      tar.add(
        "\(folder)/meminfo", "Node \(node) MemTotal: \(memoryKiB / UInt64(nodes)) kB\n")
      tar.add("\(folder)/cpulist", "\(node * 8)-\(node * 8 + 7)\n")
      tar.add("\(folder)/hugepages/hugepages-2048kB/nr_hugepages", "\(pools)\n")
      tar.add("\(folder)/hugepages/hugepages-2048kB/free_hugepages", "\(freePools)\n")
      zones += """
        Node \(node), zone   Normal
          pages free     1000
                boost    0
                min      \(minPages)
                low      \(minPages * 2)
                high     \(minPages * 3)
                managed  1000000
          pagesets
            cpu: 0
                      count:    7
                      high:     9

        """
    }
    tar.add("proc/zoneinfo", zones)
    tar.add("sys/kernel/mm/ksm/run", "1\n")
    tar.add("sys/kernel/mm/ksm/pages_sharing", "\(sharing)\n")
    tar.add("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n")
    tar.add("sys/fs/cgroup/machine.slice/memory.max", "\(limit)\n")
    for machine in machines { add(machine, to: &tar) }
    tar.add("virsh/domstats", machines.map(bulk).joined(separator: "\n"))
    return tar.archive
  }

  private func add(_ machine: Machine, to tar: inout TarBuilder) {
    let folder = "virsh/domains/00000000-0000-0000-0000-\(100_000_000_000 + machine.id)"
    tar.add("\(folder)/dumpxml", xml(machine))
    // Older versions of virsh tell of the resident memory here only.
    tar.add("\(folder)/dommemstat", "actual 1\nrss \(machine.residentKiB)\n")
    tar.add(
      "sys/fs/cgroup/machine.slice/machine-qemu\\x2d\(machine.id)\\x2dvm.scope/memory.current",
      "\(machine.chargedBytes)\n")
  }

  private func bulk(_ machine: Machine) -> String {
    var lines = [
      "Domain: '\(machine.name)'", "  state.state=1", "  balloon.current=\(machine.currentKiB)",
      "  balloon.maximum=\(machine.memoryKiB)", "  vcpu.current=\(machine.processors)",
    ]
    if let age = machine.age {
      lines += [
        "  balloon.available=\(machine.availableKiB)", "  balloon.usable=\(machine.usableKiB)",
        "  balloon.disk_caches=\(machine.cachesKiB)",
        "  balloon.major_fault=\(machine.majorFaults)",
        "  balloon.minor_fault=\(machine.minorFaults)", "  balloon.last-update=\(second - age)",
      ]
    }
    if let dirty = machine.dirtyMiB {
      lines += ["  dirtyrate.calc_status=2", "  dirtyrate.megabytes_per_second=\(dirty)"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func xml(_ machine: Machine) -> String {
    let name = machine.name.split(separator: "&", omittingEmptySubsequences: false)
      .joined(separator: "&amp;").split(separator: "<").joined(separator: "&lt;")
    let pool = machine.poolPageKiB.map {
      "<memoryBacking><hugepages><page size='\($0)' unit='KiB'/></hugepages></memoryBacking>"
    }
    let balloon =
      machine.age == nil
      ? "<memballoon model='none'/>"
      : "<memballoon model='virtio' freePageReporting='\(machine.reports ? "on" : "off")'>"
        + "<stats period='\(machine.period)'/></memballoon>"
    return """
      <domain type='kvm' id='\(machine.id)'>
        <name>\(name)</name>
        <memory unit='MiB'>\(machine.memoryKiB >> 10)</memory>
        <currentMemory unit='KiB'>\(machine.currentKiB)</currentMemory>
        \(pool ?? "")
        <vcpu placement='static'>\(machine.processors)</vcpu>
        <numatune><memory mode='strict' nodeset='\(machine.node)'/></numatune>
        <os><type arch='aarch64'>hvm</type>\(machine.isUEFI ? "<loader type='pflash'/>" : "")</os>
        <devices><emulator>/usr/bin/qemu-system-aarch64</emulator>
          <disk/><disk/><interface/>\(balloon)
          <video><model type='qxl' ram='65536' vram='32768' vgamem='16384'/></video></devices>
      </domain>
      """
  }
}
