import LiveHost
import Studies
import Testing

@Suite("The kernel's files")
struct KernelMemoryTests {
  private func memory(_ files: [String: String]) throws -> KernelMemory {
    var all = ["proc/meminfo": "MemTotal: 1048576 kB\n"]
    all.merge(files) { $1 }
    return try KernelMemory(HostFiles(all.map { HostFiles.File($0, Array($1.utf8)) }))
  }

  @Test("Groups of both versions, and the limit that holds for the reader")
  func groups() throws {
    let first = try memory([
      "proc/self/cgroup": "4:cpu,memory:/jobs/one\n0::/\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/memory.usage_in_bytes": "100\n",
      "sys/fs/cgroup/memory/jobs/memory.limit_in_bytes": "536870912\n",
      "sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes": "1073741824\n",
      "sys/fs/cgroup/memory/machine/qemu-3-a.libvirt-qemu/memory.usage_in_bytes": "7\n",
    ])
    #expect(first.groups.map(\.path) == ["jobs", "jobs/one", "machine/qemu-3-a.libvirt-qemu", ""])
    #expect(first.groups.allSatisfy { $0.version == 1 })
    #expect(first.groups[3].limit == nil && first.groups[3].charged == 100)
    #expect(first.host(named: "h").machineLimitBytes?.value == UInt64(512 << 20))
    let second = try memory([
      "proc/self/cgroup": "0::/user.slice/me\n",
      "sys/fs/cgroup/machine.slice/memory.max": "max\n",
      "sys/fs/cgroup/machine.slice/memory.high": "4096\n",
      "sys/fs/cgroup/machine.slice/memory.swap.current": "12\n",
      "sys/fs/cgroup/user.slice/memory.max": "8192\n",
    ])
    #expect(second.groups.map(\.version) == [2, 2])
    #expect(second.groups[0].limit == nil && second.groups[0].high == 4096)
    #expect(second.groups[0].swapped == 12)
    #expect(second.host(named: "h").machineLimitBytes?.value == 8192)
  }

  @Test("A zone's marks are those without what the kernel has raised them by for a while")
  func boost() throws {
    let zones = """
      Node 0, zone   Normal
        pages free     50000
              boost    10240
              min      25009
              low      30403
              high     35797
              managed  5394160
      Node 0, zone  Movable
        pages free     100
              min      32
              low      33
              high     34
              managed  2048

      """
    let memory = try memory(["proc/zoneinfo": zones])
    #expect(memory.zones.map(\.minPages) == [14769, 32])
    #expect(memory.zones.map(\.lowPages) == [20163, 33])
    #expect(memory.zones.map(\.highPages) == [25557, 34])
  }

  @Test("The page size of the auxiliary vector, and 4K without one")
  func pages() throws {
    var vector = [UInt8](repeating: 0, count: 48)
    vector[0] = 33
    vector[16] = 6
    vector[26] = 1
    let files = HostFiles([
      HostFiles.File("proc/meminfo", Array("MemTotal: 4 kB\n".utf8)),
      HostFiles.File("proc/self/auxv", vector),
    ])
    #expect(try KernelMemory(files).pageBytes == 65_536)
    #expect(try memory([:]).pageBytes == 4096)
  }

  @Test("Pools of the host where no node counts them, without what is no page")
  func pools() throws {
    let folder = "sys/kernel/mm/hugepages"
    let host = try memory([
      "\(folder)/hugepages-2048kB/nr_hugepages": "7\n",
      "\(folder)/hugepages-1048576kB/nr_hugepages": "2\n",
      "\(folder)/hugepages-1048576kB/free_hugepages": "1\n",
      "\(folder)/hugepages-3kB/nr_hugepages": "2\n",
      "\(folder)/hugepages-64kB/nr_hugepages": "many\n",
      "sys/kernel/mm/transparent_hugepage/enabled": "always madvise [never]\n",
    ]).host(named: "h")
    #expect(host.hugePages.map(\.pageBytes) == [2 << 20, 1 << 30])
    #expect(host.hugePages.map(\.total.value) == [7, 2])
    #expect(host.hugePages.map { $0.free?.value } == [nil, 1])
    #expect(host.transparentHugePages?.value == .never)
    #expect(host.name == "h" && host.merging == nil && host.watermarks == nil)
  }
}
