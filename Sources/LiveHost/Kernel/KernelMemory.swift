/// What a host's kernel says of its memory, in `/proc`, `/sys` and the control groups.
public struct KernelMemory: Sendable, Hashable {
  /// The host's name, if it is known.
  public let name: String?
  /// The kernel's release, if it is known.
  public let release: String?
  /// The kernel's page in bytes.
  public let pageBytes: UInt64
  /// The processors that are online.
  public let processors: Int?
  /// The host's `meminfo`.
  public let information: MemoryInformation
  /// The memory that the kernel has to give (`MemTotal`), in bytes.
  public let memoryBytes: UInt64
  /// The zones, with their watermarks.
  public let zones: [MemoryZone]
  /// The NUMA nodes that have memory.
  public let nodes: [MemoryNode]
  /// The pools of huge pages of the whole host, from the smallest page.
  public let pools: [HugePagePool]
  /// When the kernel takes huge pages by itself: `always`, `madvise` or `never`.
  public let transparentHugePages: String?
  /// Same-page merging, where the kernel has it.
  public let merging: KernelMerging?
  /// The memory control groups that are known, in the order of their paths.
  public let groups: [ControlGroup]
  /// The paths of the reader's own control group and of those above it.
  public let ownGroups: [String]

  /// What the files say, or everything that is wrong with them.
  public init(_ files: HostFiles) throws(ImportError) {
    var problems: [ImportProblem] = []
    let meminfo = "proc/meminfo"
    information = MemoryInformation(
      files[meminfo] ?? [], name: files.name(of: meminfo), &problems)
    if files[meminfo] == nil {
      problems.append(
        ImportProblem(
          "the file is missing; without it nothing is known", in: files.name(of: meminfo)))
    } else if information["MemTotal"] == nil {
      problems.append(
        ImportProblem(
          "“MemTotal” is missing; it must say how much memory there is",
          in: files.name(of: meminfo)))
    }
    memoryBytes = information["MemTotal"] ?? 0
    name = files.line("proc/sys/kernel/hostname").flatMap { $0.isEmpty ? nil : $0 }
    release = files.line("proc/sys/kernel/osrelease")
    pageBytes = Self.pageBytes(files["proc/self/auxv"]) ?? 4096
    processors = files.line("sys/devices/system/cpu/online").flatMap { ProcessorList.count($0) }
    zones = MemoryZone.all(
      files["proc/zoneinfo"] ?? [], name: files.name(of: "proc/zoneinfo"), &problems)
    nodes = Self.nodes(files, &problems)
    pools = HugePagePool.all(files, folder: "sys/kernel/mm/hugepages")
    transparentHugePages = files.line("sys/kernel/mm/transparent_hugepage/enabled")
      .flatMap(Self.chosen)
    merging = KernelMerging(files)
    groups = ControlGroup.all(files)
    ownGroups = ControlGroup.ownPaths(files)
    guard problems.isEmpty else { throw ImportError(problems) }
  }

  /// The bytes below which only the kernel may allocate: the `min` marks of all zones.
  public var reservedBytes: UInt64? {
    zones.isEmpty ? nil : zones.reduce(0) { $0 &+ $1.minPages } &* pageBytes
  }

  /// What all pools of huge pages hold, in bytes.
  public var pooledBytes: UInt64 {
    pools.reduce(0) { $0 &+ $1.pages &* $1.pageBytes }
  }

  /// The lowest limit of the reader's own control group and of those above it.
  public var ownLimit: UInt64? {
    groups.filter { group in
      ownGroups.contains { $0.hasSuffix("/" + group.path) } || group.path.isEmpty
    }.compactMap(\.limit).min()
  }

  /// The word in brackets of `always [madvise] never`.
  private static func chosen(_ line: String) -> String? {
    line.split(separator: " ").first { $0.hasPrefix("[") && $0.hasSuffix("]") }
      .map { String($0.dropFirst().dropLast()) }
  }

  /// AT_PAGESZ (6) among a process's pairs of 64-bit words (System V ABI, the auxiliary vector).
  private static func pageBytes(_ vector: [UInt8]?) -> UInt64? {
    guard let vector else { return nil }
    func word(_ offset: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(vector[offset + $1]) << (8 * $1) }
    }
    var offset = 0
    while offset + 16 <= vector.count {
      if word(offset) == 6 {
        let size = word(offset + 8)
        return size.nonzeroBitCount == 1 && 4096...(1 << 16) ~= size ? size : nil
      }
      offset += 16
    }
    return nil
  }

  private static func nodes(
    _ files: HostFiles, _ problems: inout [ImportProblem]
  ) -> [MemoryNode] {
    let folder = "sys/devices/system/node"
    var nodes: [MemoryNode] = []
    for name in files.names(in: folder) {
      guard name.hasPrefix("node"), let number = Int(name.dropFirst(4)), 0...65_535 ~= number,
        let bytes = files["\(folder)/\(name)/meminfo"]
      else { continue }
      let path = "\(folder)/\(name)/meminfo"
      let information = MemoryInformation(bytes, name: files.name(of: path), &problems)
      nodes.append(
        MemoryNode(
          number, memoryBytes: information["MemTotal"] ?? 0, freeBytes: information["MemFree"],
          processors: files.line("\(folder)/\(name)/cpulist").flatMap { ProcessorList.count($0) },
          pools: HugePagePool.all(files, folder: "\(folder)/\(name)/hugepages"),
          distances: files.line("\(folder)/\(name)/distance").map { line in
            line.split(separator: " ").compactMap { Int($0) }
          } ?? []))
    }
    return nodes.filter { $0.memoryBytes > 0 }.sorted { $0.number < $1.number }
  }
}
