internal import Paging
internal import Records
public import Studies

/// Reads the objects of a Kubernetes cluster that tell of virtual machines: nodes, and KubeVirt's
/// VirtualMachineInstances, each alone, in a List or in a document of its own, as `kubectl` prints them.
///
/// A List and a single object hold nothing else; among several documents, objects of other kinds are
/// passed over, as manifests have them.
public struct ClusterObjects {
  private var inventory: Inventory
  private let log: DocumentLog

  /// What the objects of a text tell, or everything that is wrong with them.
  public static func read(_ text: [UInt8], file: String) throws(DocumentError) -> Inventory {
    let log = DocumentLog(file: file)
    var objects = Self(inventory: Inventory(""), log: log)
    let roots = NodeReader.readAll(text, limits: Inventory.limits, into: log)
    if roots.count == 1 {
      objects.read(roots[0])
    } else {
      for root in roots where root["kind"] == nil || objects.knows(root) { objects.read(root) }
      if log.count == 0, objects.inventory.hosts.isEmpty, objects.inventory.machines.isEmpty {
        log.report(
          "none of the \(roots.count) documents is a Node or a VirtualMachineInstance",
          at: roots.first?.place ?? .text(TextPosition(line: 1, column: 1)))
      }
    }
    guard log.count == 0 else {
      throw DocumentError(lines: log.lines, diagnostics: log.diagnostics)
    }
    return objects.inventory
  }

  /// Whether a text looks like an object of a cluster.
  public static func isOne(_ text: [UInt8]) -> Bool {
    // What can't be read to its end is still an object of a cluster, so that it is told of as one.
    let nodes = NodeReader.readAll(text, limits: Inventory.limits).nodes
    return nodes.contains { $0["kind"] != nil && $0["apiVersion"] != nil }
  }

  private static let lists = ["List", "VirtualMachineInstanceList", "NodeList"]

  /// Whether an object is of a kind that is read.
  private func knows(_ node: Node) -> Bool {
    guard case .scalar(let kind)? = node["kind"]?.content else { return true }
    return Self.lists.contains(kind.text) || ["Node", "VirtualMachineInstance"].contains(kind.text)
  }

  private mutating func read(_ node: Node) {
    guard case .scalar(let kind)? = node["kind"]?.content else {
      log.report(
        "the object does not say its “kind”; it must be Node, VirtualMachineInstance or List",
        at: node.place)
      return
    }
    switch kind.text {
    case _ where Self.lists.contains(kind.text):
      guard case .sequence(let items)? = node["items"]?.content else {
        log.report("the list has no “items”; they must be objects", at: node.place)
        return
      }
      for item in items { read(item) }
    case "Node": readNode(node)
    case "VirtualMachineInstance": readInstance(node)
    default:
      log.report(
        "an object of kind “\(kind.text.prefix(60))” stands here; it must be Node,"
          + " VirtualMachineInstance or List", at: node["kind"]?.place ?? node.place)
    }
  }

  // MARK: Values

  private func text(_ path: String, of node: Node) -> String? {
    guard let value = value(path, of: node) else { return nil }
    guard case .scalar(let scalar) = value.content else {
      log.refuse(value, path, "it must be a text")
      return nil
    }
    return scalar.text.isEmpty ? nil : scalar.text
  }

  private func value(_ path: String, of node: Node) -> Node? {
    var found: Node? = node
    for key in path.split(separator: "/") { found = found?[String(key)] }
    // Kubernetes takes what is null for what is not there.
    return found.flatMap { $0.isAbsent ? nil : $0 }
  }

  /// Refuses what must be a mapping and is none, so that nothing in it is passed over.
  private func requireMappings(_ paths: [String], of node: Node) {
    for path in paths {
      guard let value = value(path, of: node) else { continue }
      guard case .mapping = value.content else {
        log.refuse(value, path, "it must be a mapping")
        continue
      }
    }
  }

  private func count(_ path: String, of node: Node) -> Int {
    guard let value = value(path, of: node) else { return 0 }
    guard case .sequence(let items) = value.content else {
      log.refuse(value, path, "it must be a list")
      return 0
    }
    return items.count
  }

  private func quantity(_ path: String, of node: Node) -> UInt64? {
    guard let value = value(path, of: node) else { return nil }
    guard case .scalar(let scalar) = value.content, let bytes = ClusterQuantity.whole(scalar.text),
      bytes < 1 << 56
    else {
      log.refuse(value, path, "it must be a quantity such as 2Gi")
      return nil
    }
    return bytes
  }

  /// A number of processors, of which no machine has more than a million.
  private func processors(_ path: String, of node: Node) -> Int? {
    guard let count = quantity(path, of: node) else { return nil }
    guard count <= 1_000_000 else {
      if let value = value(path, of: node) {
        log.refuse(value, path, "it must be at most 1,000,000 processors")
      }
      return nil
    }
    return Int(count)
  }

  private func name(_ node: Node) -> String? {
    guard let name = text("metadata/name", of: node) else {
      log.report("the object has no “metadata.name”; it must have one", at: node.place)
      return nil
    }
    return name
  }

  // MARK: Objects

  private mutating func readNode(_ node: Node) {
    requireMappings(
      ["metadata", "status", "status/capacity", "status/allocatable", "status/nodeInfo"], of: node)
    guard let name = name(node) else { return }
    guard let capacity = quantity("status/capacity/memory", of: node) else {
      if value("status/capacity/memory", of: node) == nil {
        log.report(
          "the node “\(name)” has no “status.capacity.memory”; it must say its memory",
          at: node.place)
      }
      return
    }
    var host = InventoryHost(name, memoryBytes: .measured(capacity, "Node status.capacity.memory"))
    host.processors = processors("status/capacity/cpu", of: node)
      .map { .measured($0, "Node status.capacity.cpu") }
    switch text("status/nodeInfo/architecture", of: node) {
    case "amd64": host.architecture = .x86
    case "arm64": host.architecture = .arm
    case "riscv64": host.architecture = .riscv
    case let other?:
      inventory.problems.append(
        InventoryProblem(
          name,
          "its architecture “\(other.prefix(60))” is none that is known here, and is taken for amd64;"
            + " it must be amd64, arm64 or riscv64"))
    case nil: break
    }
    let pooled = readPools(node, into: &host)
    // Kubernetes takes the pools off what is allocatable, and so they are no part of what is kept.
    if let allocatable = quantity("status/allocatable/memory", of: node) {
      let given = allocatable.addingReportingOverflow(pooled)
      if !given.overflow, given.partialValue <= capacity {
        host.reservedBytes = .derived(
          capacity - given.partialValue, "Node status.capacity less status.allocatable")
      } else {
        inventory.problems.append(
          InventoryProblem(
            name,
            "its “status.allocatable” with its pools is more than its “status.capacity”, so that"
              + " what is kept for it is not known"))
      }
    }
    inventory.hosts.append(host)
  }

  /// Takes over the pools of every size of page that is allocatable; gives the bytes of all of them.
  private func readPools(_ node: Node, into host: inout InventoryHost) -> UInt64 {
    guard case .mapping(let members)? = value("status/allocatable", of: node)?.content else {
      return 0
    }
    var pooled: UInt64 = 0
    for member in members where member.key.hasPrefix("hugepages-") {
      let size = ClusterQuantity.whole(String(member.key.dropFirst("hugepages-".count))) ?? 0
      guard size.nonzeroBitCount == 1, 4096...(1 << 34) ~= size else {
        log.report(
          "“\(member.key.prefix(60))” names no size of pages; it must be such as hugepages-2Mi",
          at: member.place)
        continue
      }
      guard let bytes = quantity("status/allocatable/\(member.key)", of: node), bytes > 0 else {
        continue
      }
      if bytes % size != 0 {
        log.refuse(member.value, member.key, "it must be a whole number of its pages")
      }
      pooled &+= bytes
      host.hugePages.append(
        InventoryHugePages(
          pageBytes: size, total: .derived(bytes / size, "Node status.allocatable.\(member.key)")))
    }
    host.hugePages.sort { $0.pageBytes < $1.pageBytes }
    return pooled
  }

  private mutating func readInstance(_ node: Node) {
    requireMappings(
      [
        "metadata", "status", "spec", "spec/domain", "spec/domain/cpu", "spec/domain/memory",
        "spec/domain/memory/hugepages", "spec/domain/resources", "spec/domain/resources/requests",
        "spec/domain/resources/limits", "spec/domain/devices", "spec/domain/firmware",
        "spec/domain/firmware/bootloader",
      ], of: node)
    guard let name = name(node) else { return }
    let full = text("metadata/namespace", of: node).map { "\($0)/\(name)" } ?? name
    let paths = [
      "spec/domain/memory/guest", "spec/domain/resources/requests/memory",
      "spec/domain/resources/limits/memory",
    ]
    let before = log.count
    let path = paths.first { value($0, of: node) != nil } ?? paths[0]
    guard let memory = quantity(path, of: node) else {
      if log.count == before {
        log.report(
          "“\(full)” has no “spec.domain.memory.guest”; it must say its memory", at: node.place)
      }
      return
    }
    let statistic = path.split(separator: "/").joined(separator: ".")
    var machine = InventoryMachine(full, memoryBytes: .measured(memory, "VMI \(statistic)"))
    machine.host = text("status/nodeName", of: node)
    machine.processors = processors(node, of: full)
    machine.monitor = .derived(.qemu, "KubeVirt")
    let pagePath = "spec/domain/memory/hugepages/pageSize"
    let pageSize = quantity(pagePath, of: node)
    if let pageSize, let value = value(pagePath, of: node),
      pageSize.nonzeroBitCount != 1 || !(4096...1 << 34 ~= pageSize)
    {
      log.refuse(value, pagePath, "it must be the size of a page, such as 2Mi or 1Gi")
    }
    machine.usesPool = .measured(pageSize != nil, "VMI spec.domain.memory.hugepages")
    machine.backingPageBytes = pageSize.map { .measured($0, "VMI spec.domain.memory.hugepages") }
    let passed =
      count("spec/domain/devices/hostDevices", of: node)
      + count("spec/domain/devices/gpus", of: node)
    machine.isLocked = .derived(
      pageSize != nil || passed > 0, "VMI spec.domain.memory.hugepages, devices.hostDevices")
    let attachPath = "spec/domain/devices/autoattachMemBalloon"
    let attaches = text(attachPath, of: node)
    if let attaches, !["true", "false"].contains(attaches), let value = value(attachPath, of: node)
    {
      log.refuse(value, attachPath, "it must be true or false")
    }
    if attaches != "false" {
      var balloon = InventoryBalloon()
      balloon.statisticsSeconds = .assumed(10, "KubeVirt’s own period")
      machine.balloon = balloon
    }
    machine.devices.disks = .measured(
      count("spec/domain/devices/disks", of: node), "VMI spec.domain.devices.disks")
    machine.devices.networks = .measured(
      count("spec/domain/devices/interfaces", of: node), "VMI spec.domain.devices.interfaces")
    machine.devices.passedThrough = .measured(
      passed, "VMI spec.domain.devices.hostDevices and gpus")
    let isUEFI = value("spec/domain/firmware/bootloader/efi", of: node) != nil
    machine.devices.firmware = .measured(
      isUEFI ? .uefi : .bios, "VMI spec.domain.firmware.bootloader")
    inventory.machines.append(machine)
  }

  private mutating func processors(_ node: Node, of machine: String) -> Observed<Int>? {
    let factors = ["sockets", "cores", "threads"].map { name in
      quantity("spec/domain/cpu/\(name)", of: node)
    }
    guard value("spec/domain/cpu", of: node) != nil, factors.contains(where: { $0 != nil }) else {
      return processors("spec/domain/resources/requests/cpu", of: node)
        .map { .derived(max($0, 1), "VMI spec.domain.resources.requests.cpu") }
    }
    // KubeVirt takes one of each that is not given.
    let product = factors.reduce(UInt128(1)) { $0 * UInt128(min($1 ?? 1, 1 << 40)) }
    guard 1...1_000_000 ~= product else {
      inventory.problems.append(
        InventoryProblem(
          machine,
          "the sockets, cores and threads of its “spec.domain.cpu” do not make from 1 to 1,000,000"
            + " processors, so that how many it has is not known"))
      return nil
    }
    return .measured(Int(product), "VMI spec.domain.cpu")
  }
}
