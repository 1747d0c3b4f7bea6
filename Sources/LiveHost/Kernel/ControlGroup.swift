/// A control group's memory, of either version, as it limits and counts what runs in it.
public struct ControlGroup: Sendable, Hashable {
  /// The group's path below the hierarchy's root; empty for the root.
  public let path: String
  /// The version of the interface, 1 or 2.
  public let version: Int
  /// What may be charged at most; nothing where there is no limit.
  public let limit: UInt64?
  /// Where reclaim begins (`memory.high`, or the soft limit of version 1).
  public let high: UInt64?
  /// What is protected from others' reclaim (`memory.min`).
  public let protected: UInt64?
  /// The most swap.
  public let swapLimit: UInt64?
  /// What is charged now.
  public let charged: UInt64?
  /// What of it is in swap now, beyond what is charged.
  public let swapped: UInt64?

  /// The files of both versions.
  static let files = [
    "memory.max", "memory.high", "memory.min", "memory.swap.max", "memory.current",
    "memory.swap.current",
    "memory.limit_in_bytes", "memory.soft_limit_in_bytes", "memory.usage_in_bytes",
  ]

  /// Where groups that hold virtual machines are looked for: the root's own files, every slice, and
  /// what libvirt and systemd-machined put below `machine.slice`, for each version's place.
  static let folders = ["sys/fs/cgroup/", "sys/fs/cgroup/memory/"].flatMap {
    [$0, "\($0)*/", "\($0)machine.slice/*/", "\($0)machine/*/"]
  }

  /// No limit: version 1 writes the largest counter, rounded to pages.
  private static let unlimited: UInt64 = 1 << 62

  /// The group whose files stand in a folder; nothing where no file is there.
  ///
  /// What is there and neither a number nor `max` is added to `remarks`.
  init?(_ files: HostFiles, folder: String, path: String, _ remarks: inout [ImportProblem]) {
    self.path = path
    func bytes(_ name: String, _ remarks: inout [ImportProblem]) -> UInt64? {
      let number = files.value(
        "\(folder)/\(name)", as: "a number of bytes or “max”", &remarks
      ) { $0 == "max" ? .max : UInt64($0) }
      return number.flatMap { $0 < Self.unlimited ? $0 : nil }
    }
    func exists(_ name: String) -> Bool { files["\(folder)/\(name)"] != nil }
    if exists("memory.limit_in_bytes") || exists("memory.usage_in_bytes") {
      version = 1
      limit = bytes("memory.limit_in_bytes", &remarks)
      high = bytes("memory.soft_limit_in_bytes", &remarks)
      protected = nil
      swapLimit = nil
      charged = bytes("memory.usage_in_bytes", &remarks)
      swapped = nil
    } else if exists("memory.max") || exists("memory.current") {
      version = 2
      limit = bytes("memory.max", &remarks)
      high = bytes("memory.high", &remarks)
      protected = bytes("memory.min", &remarks)
      swapLimit = bytes("memory.swap.max", &remarks)
      charged = bytes("memory.current", &remarks)
      swapped = bytes("memory.swap.current", &remarks)
    } else {
      return nil
    }
  }

  /// Every group among the files, in the order of the paths.
  static func all(_ files: HostFiles, _ remarks: inout [ImportProblem]) -> [Self] {
    var folders: [String] = []
    var known: Set<String> = []
    for file in files.files where file.path.hasPrefix("sys/fs/cgroup/") {
      let folder = String(file.path[..<(file.path.lastIndex(of: "/") ?? file.path.startIndex)])
      if known.insert(folder).inserted { folders.append(folder) }
    }
    var groups: [Self] = []
    for folder in folders {
      let isFirstVersion =
        folder == "sys/fs/cgroup/memory" || folder.hasPrefix("sys/fs/cgroup/memory/")
      let root = isFirstVersion ? "sys/fs/cgroup/memory" : "sys/fs/cgroup"
      let path = String(folder.dropFirst(root.count + 1))
      if let group = Self(files, folder: folder, path: path, &remarks) { groups.append(group) }
    }
    return groups
  }

  /// Whether this is the group of libvirt's domain of this number: `qemu-1-name` below
  /// `machine`, or a scope of systemd, which writes a dash as `\\x2d`.
  func isOfDomain(_ id: Int) -> Bool {
    guard let last = path.split(separator: "/").last else { return false }
    let name = last.split(separator: "\\x2d").joined(separator: "-")
    return name.hasPrefix("machine-qemu-\(id)-") || name.hasPrefix("qemu-\(id)-")
  }

  /// The folders of the reader's own group and of those above it, for both versions.
  static func ownPaths(_ files: HostFiles) -> [String] {
    guard let text = files.line("proc/self/cgroup") else { return [] }
    var paths: [String] = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let root: String
      if parts[1].isEmpty {
        root = "sys/fs/cgroup"
      } else if parts[1].split(separator: ",").contains("memory") {
        root = "sys/fs/cgroup/memory"
      } else {
        continue
      }
      var path = root
      for part in parts[2].split(separator: "/").prefix(32) where part != ".." {
        path += "/\(part)"
        paths.append(path)
      }
    }
    return paths
  }
}
