import LiveHost
import Studies
import Testing

@Suite("Gathering sources")
struct GatheredInventoryTests {
  private func host(_ name: String) -> Inventory {
    var inventory = Inventory(name)
    inventory.hosts = [InventoryHost(name, memoryBytes: .assumed(1 << 30))]
    return inventory
  }

  private let samples = [
    MachineSamples(
      "a",
      [
        .init(microseconds: 1_000_000, residentBytes: 5, workingSetBytes: 3),
        .init(microseconds: 1_900_000, residentBytes: 6, workingSetBytes: nil),
        .init(microseconds: 2_000_000, residentBytes: 4, workingSetBytes: 2),
      ])
  ]

  @Test("Machines without a host run on the only one, and samples find their machine")
  func only() {
    var gathered = GatheredInventory()
    gathered.add(samples, from: "s.csv")
    gathered.add(InventoryMachine("b", memoryBytes: .assumed(1)))
    gathered.add(host("h"), from: "proc")
    gathered.settle(hostBytes: nil)
    #expect(gathered.contradictions == [])
    #expect(gathered.inventory.machines.map(\.name) == ["b", "a"])
    #expect(gathered.inventory.machines.allSatisfy { $0.host == "h" })
    let machine = gathered.inventory.machines[1]
    #expect(machine.memoryBytes == .assumed(6, "the most that it held in s.csv"))
    #expect(machine.residentBytes?.value == 4 && machine.workingSetBytes?.value == 2)
    #expect(
      machine.usage == [
        InventoryUsage(second: 1, residentBytes: 6, workingSetBytes: nil),
        InventoryUsage(second: 2, residentBytes: 4, workingSetBytes: 2),
      ])
  }

  @Test("What can't be true of all sources together is told")
  func contradictions() {
    var gathered = GatheredInventory()
    gathered.add(host("h"), from: "a.tar")
    gathered.add(host("h"), from: "b.tar")
    gathered.settle(hostBytes: nil)
    #expect(gathered.contradictions[0].hasPrefix("b.tar and a.tar both tell of the host “h”"))
    gathered = GatheredInventory()
    gathered.add(samples, from: "s.csv")
    gathered.settle(hostBytes: nil)
    #expect(gathered.contradictions[0].hasPrefix("no source tells of a host"))
    gathered = GatheredInventory()
    gathered.add(samples, from: "s.csv")
    gathered.settle(hostBytes: 1 << 30)
    #expect(gathered.contradictions == [])
    #expect(gathered.inventory.hosts[0].memoryBytes.grade == .assumed)
    gathered = GatheredInventory()
    gathered.add(host("h"), from: "a.tar")
    gathered.add(host("i"), from: "b.tar")
    gathered.add(samples, from: "s.csv")
    gathered.add(InventoryMachine("b", memoryBytes: .assumed(1)))
    gathered.settle(hostBytes: nil)
    #expect(gathered.contradictions.count == 2)
  }
}
