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
  /// What a file said and could not be used, so that it is not known.
  public let remarks: [ImportProblem]

  /// What the files say, or everything that is wrong with them.
  public init(_ files: HostFiles) throws(ImportError) {
    var problems: [ImportProblem] = []
    var remarks: [ImportProblem] = []
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
    pageBytes = Self.pageBytes(files, &remarks) ?? 4096
    processors = files.value(
      "sys/devices/system/cpu/online", as: Self.listRule, &remarks
    ) { ProcessorList.count($0) }
    zones = MemoryZone.all(
      files["proc/zoneinfo"] ?? [], name: files.name(of: "proc/zoneinfo"), &problems)
    nodes = Self.nodes(files, &problems, &remarks)
    pools = HugePagePool.all(files, folder: "sys/kernel/mm/hugepages", &remarks)
    transparentHugePages = files.value(
      "sys/kernel/mm/transparent_hugepage/enabled",
      as: "always, madvise or never in brackets", &remarks
    ) { line in Self.chosen(line).flatMap { Self.words.contains($0) ? $0 : nil } }
    merging = KernelMerging(files, &remarks)
    groups = ControlGroup.all(files, &remarks)
    ownGroups = ControlGroup.ownPaths(files)
    self.remarks = remarks
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

  private static let words = ["always", "madvise", "never"]
  private static let listRule = "a list of numbers such as 0-3,8"

  /// The word in brackets of `always [madvise] never`.
  private static func chosen(_ line: String) -> String? {
    line.split(separator: " ").first { $0.hasPrefix("[") && $0.hasSuffix("]") }
      .map { String($0.dropFirst().dropLast()) }
  }

  /// AT_PAGESZ (6) among a process's pairs of 64-bit words (System V ABI, the auxiliary vector).
  private static func pageBytes(
    _ files: HostFiles, _ remarks: inout [ImportProblem]
  ) -> UInt64? {
    let path = "proc/self/auxv"
    guard let vector = files[path] else { return nil }
    func word(_ offset: Int) -> UInt64 {
      (0..<8).reduce(0) { $0 | UInt64(vector[offset + $1]) << (8 * $1) }
    }
    var offset = 0
    while offset + 16 <= vector.count {
      if word(offset) == 6 {
        let size = word(offset + 8)
        if size.nonzeroBitCount == 1, 4096...(1 << 16) ~= size { return size }
        break
      }
      offset += 16
    }
    remarks.append(
      ImportProblem(
        "it says no size of pages from 4 KiB to 64 KiB (AT_PAGESZ); 4 KiB are assumed",
        in: files.name(of: path)))
    return nil
  }

  private static func nodes(
    _ files: HostFiles, _ problems: inout [ImportProblem], _ remarks: inout [ImportProblem]
  ) -> [MemoryNode] {
    let folder = "sys/devices/system/node"
    var nodes: [MemoryNode] = []
    for name in files.names(in: folder) {
      guard name.hasPrefix("node"), let number = Int(name.dropFirst(4)), 0...65_535 ~= number,
        let bytes = files["\(folder)/\(name)/meminfo"]
      else { continue }
      let path = "\(folder)/\(name)/meminfo"
      let information = MemoryInformation(bytes, name: files.name(of: path), &problems)
      if information["MemTotal"] == nil {
        remarks.append(
          ImportProblem(
            "“MemTotal” is missing, so that the node is left out; it must say how much memory it has",
            in: files.name(of: path)))
      }
      let own = "\(folder)/\(name)"
      nodes.append(
        MemoryNode(
          number, memoryBytes: information["MemTotal"] ?? 0, freeBytes: information["MemFree"],
          processors: files.value("\(own)/cpulist", as: Self.listRule, &remarks) {
            ProcessorList.count($0)
          },
          pools: HugePagePool.all(files, folder: "\(own)/hugepages", &remarks),
          distances: files.value("\(own)/distance", as: "numbers such as 10 21", &remarks) { line in
            let words = line.split(separator: " ")
            let numbers = words.compactMap { Int($0) }
            return numbers.count == words.count ? numbers : nil
          } ?? []))
    }
    return nodes.filter { $0.memoryBytes > 0 }.sorted { $0.number < $1.number }
  }
}
