public import Studies

/// How an inventory is written in a file.
extension Inventory: MappingDecodable {
  private static let nameField = RequiredField(
    "inventory", ValueForm<String>.text, "what it is called")
  private static let hostsField = RequiredField(
    "hosts", ValueForm<[InventoryHost]>.list(of: .mapping(), count: 1...100_000), "the hosts")
  private static let machinesField = DefaultField(
    "machines", ValueForm<[InventoryMachine]>.list(of: .mapping(), count: 0...10_000_000),
    default: [], "the virtual machines")
  private static let problemsField = DefaultField(
    "problems", ValueForm<[InventoryProblem]>.list(of: .mapping()), default: [],
    "what could not be read, or not in full")

  /// An inventory as a file of its own.
  public static let document = DocumentKind<Inventory>(
    "an inventory", key: nameField.declaration.name, form: .mapping())

  /// What such a mapping is.
  public static var noun: String { "an inventory" }

  /// The fields in the order in which they are told.
  public static var fields: [FieldDeclaration] {
    [
      nameField.declaration, hostsField.declaration, machinesField.declaration,
      problemsField.declaration,
    ]
  }

  /// What an inventory is read from.
  public init?(from mapping: inout MappingDecoder) {
    let name = mapping.value(of: Self.nameField)
    let hosts = mapping.value(of: Self.hostsField)
    let machines = mapping.value(of: Self.machinesField)
    let problems = mapping.value(of: Self.problemsField)
    if let hosts { Self.check(hosts, machines, &mapping) }
    guard mapping.isSound, let name, let hosts else { return nil }
    self.init(name)
    self.hosts = hosts
    self.machines = machines
    self.problems = problems
  }

  /// Refuses two hosts of one name, and machines on hosts that are not there.
  private static func check(
    _ hosts: [InventoryHost], _ machines: [InventoryMachine], _ mapping: inout MappingDecoder
  ) {
    var names: Set<String> = []
    for host in hosts where !names.insert(host.name).inserted {
      mapping.refuse("hosts", "“\(host.name)” must be the name of only one of them")
    }
    for machine in machines {
      if let host = machine.host {
        guard !names.contains(host) else { continue }
        mapping.refuse(
          "machines", "“\(machine.name)” is on “\(host)”, which must be one of “hosts”")
      } else if hosts.count > 1 {
        mapping.refuse(
          "machines", "“\(machine.name)” must say on which “host” it runs, since there are several")
      }
    }
  }

  /// The inventory as the node of a file, from which reading makes the same inventory.
  public var node: Node {
    var list = MemberList()
    list.add("inventory", .text(name))
    list.add("hosts", .sequence(hosts.map(\.node)))
    list.add("machines", nodes: machines.map(\.node))
    list.add("problems", nodes: problems.map(\.node))
    return list.node
  }
}
