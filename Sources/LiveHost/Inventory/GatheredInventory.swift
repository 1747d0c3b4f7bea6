public import Studies

/// An inventory that grows source by source, and what the sources contradict each other in.
public struct GatheredInventory: Sendable {
  /// What has been gathered.
  public private(set) var inventory: Inventory
  /// What can't be true of all sources together, or is missing in all, each as a sentence.
  public private(set) var contradictions: [String] = []
  private var samples: [(machines: [MachineSamples], source: String)] = []
  private var origins: [String: String] = [:]

  /// An inventory of nothing, under a name; without one it takes that of its first source.
  public init(named name: String = "") { inventory = Inventory(name) }

  /// Adds what a source tells: hosts, and machines on them.
  public mutating func add(_ told: Inventory, from source: String) {
    if inventory.name.isEmpty { inventory.name = told.name }
    for host in told.hosts {
      if let first = origins.updateValue(source, forKey: host.name) {
        contradictions.append(
          "\(source) and \(first) both tell of the host “\(host.name)”; leave one of them out")
      }
    }
    inventory.hosts += told.hosts
    inventory.machines += told.machines
    inventory.problems += told.problems
  }

  /// Adds a machine of which its source does not say where it runs.
  public mutating func add(_ machine: InventoryMachine) { inventory.machines.append(machine) }

  /// Adds what machines used at moments in time.
  public mutating func add(_ machines: [MachineSamples], from source: String) {
    samples.append((machines, source))
  }

  /// Gives every machine a host: the only one, where its source names none.
  ///
  /// `hostBytes` is the memory of an assumed host, where no source tells of one.
  public mutating func settle(hostBytes: UInt64?) {
    if inventory.hosts.isEmpty, let hostBytes {
      inventory.hosts = [
        InventoryHost("host", memoryBytes: .assumed(hostBytes, "the option --host-memory"))
      ]
    } else if let hostBytes, !inventory.hosts.isEmpty {
      contradictions.append(
        "--host-memory gives \(hostBytes) bytes to a host that a source tells of; leave it out")
    }
    if inventory.name.isEmpty { inventory.name = "imported" }
    guard !inventory.hosts.isEmpty else {
      contradictions.append(
        "no source tells of a host; add one, such as proc, or give --host-memory")
      return
    }
    let only = inventory.hosts.count == 1 ? inventory.hosts[0].name : nil
    let known = Set(inventory.machines.map(\.name))
    for (machines, source) in samples {
      let unknown = machines.filter { !known.contains($0.name) }
      if only == nil, let first = unknown.first {
        contradictions.append(
          "\(source) tells of “\(first.name)”, which runs on none of the \(inventory.hosts.count)"
            + " hosts; add the source that says where it runs")
      } else {
        inventory.take(machines, host: only ?? "", from: source)
      }
    }
    let names = Set(inventory.hosts.map(\.name))
    for index in inventory.machines.indices {
      let machine = inventory.machines[index]
      if let host = machine.host {
        guard !names.contains(host) else { continue }
        contradictions.append(
          "“\(machine.name)” runs on “\(host)”, of which no source tells; add it")
      } else if let only {
        inventory.machines[index].host = only
      } else {
        contradictions.append(
          "“\(machine.name)” does not say on which of the \(inventory.hosts.count) hosts it runs")
      }
    }
  }
}
