public import Studies

/// Reads inventories from what hosts and monitors say.
public enum HostReading {
  /// This host, from `/proc` and `/sys`.
  public static func thisHost(root: String = "/") throws(ImportError) -> Inventory {
    try inventory(of: HostFiles.live(root: root), fallback: "this-host")
  }

  /// A captured host: its kernel's files, and what `virsh` said of its domains.
  public static func captured(_ archive: [UInt8], name: String) throws(ImportError) -> Inventory {
    try captured(TarReader.read(archive, name: name), name: name)
  }

  /// A captured host whose archive has been read.
  public static func captured(_ files: HostFiles, name: String) throws(ImportError) -> Inventory {
    var inventory = try inventory(of: files, fallback: Self.stem(of: name, without: ".tar"))
    CapturedDomains.read(files, into: &inventory)
    return inventory
  }

  /// One machine of Firecracker, which tells nothing of its host.
  public static func firecracker(
    _ text: [UInt8], name: String
  ) throws(ImportError) -> InventoryMachine {
    try FirecrackerMachine.read(text, name: name).machine(named: stem(of: name, without: ".json"))
  }

  /// A file's name without its folder and its ending.
  private static func stem(of path: String, without ending: String) -> String {
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    return name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : name
  }

  private static func inventory(
    of files: HostFiles, fallback: String
  ) throws(ImportError) -> Inventory {
    let kernel = try KernelMemory(files)
    let machine = files.line(HostFiles.machine)
    let host = kernel.host(named: fallback, machine: machine)
    var inventory = Inventory(host.name)
    inventory.hosts = [host]
    inventory.problems = kernel.remarks.map { InventoryProblem($0.source, $0.place) }
    if let machine, host.architecture == nil {
      inventory.problems.append(
        InventoryProblem(
          files.name(of: HostFiles.machine),
          "“\(machine.prefix(60))” is no architecture that is known here, and is taken for x86_64;"
            + " it must be x86_64, aarch64 or riscv64"))
    }
    return inventory
  }
}
