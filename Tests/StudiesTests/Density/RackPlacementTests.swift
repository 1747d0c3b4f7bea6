import Paging
import Testing

@testable import Studies

@Suite("Placing machines on hosts that differ")
struct RackPlacementTests {
  /// A generator of numbers, the same ones in every run.
  private struct Numbers {
    var state: UInt64

    mutating func below(_ count: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % count
    }
  }

  private func host(_ name: String, _ gibibytes: [UInt64], processors: Int = 64) -> InventoryHost {
    var host = InventoryHost(
      name, memoryBytes: .measured(gibibytes.reduce(0, +) << 30, "test"))
    host.reservedBytes = .measured(0, "test")
    host.processors = .measured(processors, "test")
    if gibibytes.count > 1 {
      host.nodes = gibibytes.enumerated().map { number, size in
        var node = InventoryNode(number)
        node.memoryBytes = .measured(size << 30, "test")
        return node
      }
    }
    return host
  }

  private func flavour(_ name: String, _ gibibytes: UInt64, _ count: Int) -> DensityFlavour {
    var flavour = DensityFlavour(name, memoryBytes: gibibytes << 30)
    flavour.monitor = .firecracker
    flavour.placed = count
    return flavour
  }

  @Test("the bounds hold for every choice that there is, on small racks", arguments: 0..<200)
  func againstAll(seed: Int) {
    var numbers = Numbers(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1)
    let hosts = (0..<3).map { _ in
      RackHost(
        architecture: .x86,
        rooms: (0...numbers.below(2)).map { number in
          RackRoom(number: Int(number), left: [4 + numbers.below(12), 2 + numbers.below(8)])
        })
    }
    let demands = (0..<2).map { _ in [1 + numbers.below(6), 1 + numbers.below(3)] }
    let wanted = [1 + numbers.below(3), numbers.below(3)]
    let search = RackSearch(
      hosts: hosts, demands: demands, architectures: [.x86, .x86], wanted: wanted)
    let found = search.best()
    // What was placed keeps to what there is: every room's rest and what was taken are what it had.
    for (number, host) in hosts.enumerated() {
      for index in 0..<2 {
        let had = host.rooms.reduce(0) { $0 + $1.left[index] }
        let rest = found.hosts[number].rooms.reduce(0) { $0 + $1.left[index] }
        let taken = zip(found.counts[number] ?? [0, 0], demands).reduce(0) {
          $0 + $1.0 * $1.1[index]
        }
        #expect(had == rest + taken)
      }
    }
    let placed = wanted.reduce(0, +) - found.unplaced.reduce(0, +)
    // Every machine in every room, or nowhere.
    let machines = demands.indices.flatMap { Array(repeating: $0, count: Int(wanted[$0])) }
    var (most, fewest) = (UInt64(0), Int.max)
    func visit(_ machine: Int, _ state: [RackHost], _ used: Set<Int>, _ count: UInt64) {
      if machine == machines.count {
        if count > most || (count == most && used.count < fewest) {
          (most, fewest) = (count, used.count)
        }
        return
      }
      visit(machine + 1, state, used, count)
      for host in state.indices {
        for room in state[host].rooms.indices
        where state[host].rooms[room].holds(demands[machines[machine]]) {
          var next = state
          next[host].rooms[room].take(demands[machines[machine]])
          visit(machine + 1, next, used.union([host]), count + 1)
        }
      }
    }
    visit(0, hosts, [], 0)
    #expect(placed <= most && most <= search.most())
    if placed == most, most == wanted.reduce(0, +) {
      #expect(found.opened.count >= fewest)
      #expect(search.fewest(wanted) <= fewest)
    }
  }

  @Test("few large hosts are taken before many small ones, and the last is as small as will do")
  func order() {
    var inventory = Inventory("rack")
    inventory.hosts = [
      host("a", [64]), host("b", [256]), host("c", [64]), host("d", [256]), host("e", [32]),
    ]
    let placement = RackPlacement([flavour("one", 20, 26)], on: inventory)
    #expect(
      placement.hosts.map(\.name) == ["b", "d", "e"]
        || placement.hosts.map(\.name) == ["b", "d", "a"])
    #expect(placement.hosts.count == placement.bound)
    #expect(placement.unplaced == [0])
    let few = RackPlacement([flavour("one", 20, 1)], on: inventory)
    #expect(few.hosts.map(\.name) == ["e"])
    let many = RackPlacement([flavour("one", 20, 100)], on: inventory)
    #expect(many.placed == many.mostPlaced && many.hosts.count == 5)
    #expect(many.placed + many.unplaced[0] == 100)
  }

  @Test("where not all have a place, the smallest have")
  func smallest() {
    var inventory = Inventory("rack")
    inventory.hosts = [host("a", [64]), host("b", [64])]
    let placement = RackPlacement(
      [flavour("large", 40, 4), flavour("small", 10, 8)], on: inventory)
    #expect(placement.hosts.reduce(0) { $0 + $1.counts[1] } == 8)
    #expect(placement.placed >= 8 && placement.placed <= placement.mostPlaced)
  }

  @Test("what runs stays, on the node that it is bound to")
  func running() {
    var inventory = Inventory("rack")
    inventory.hosts = [host("a", [64, 64])]
    var machine = InventoryMachine("bound", memoryBytes: .measured(50 << 30, "test"))
    machine.nodes = [1]
    machine.monitor = .measured(.firecracker, "test")
    inventory.machines = [machine]
    let added = flavour("added", 30, 0)
    let base = DensityHost(inventory.hosts[0])
    let fit = NodeFit(
      inventory.hosts[0], base, running: inventory.machines, adding: added,
      isOvercommitted: false)
    #expect(fit?.nodes.map(\.machines) == [2, 0])
    // Anywhere it finds the node with most room left, which is then too full for two more.
    inventory.machines[0].nodes = []
    let free = NodeFit(
      inventory.hosts[0], base, running: inventory.machines, adding: added,
      isOvercommitted: false)
    #expect(free?.machines == 2)
    // Two halves that hold one together, and none alone.
    let wide = NodeFit(
      inventory.hosts[0], base, running: [], adding: flavour("wide", 70, 0),
      isOvercommitted: false)
    #expect(wide?.machines == 0)
    #expect(wide?.stranded[.nodes] == 128 << 30)
    #expect(
      NodeFit(host("b", [64]), base, running: [], adding: added, isOvercommitted: false) == nil)
  }

  @Test("a pool's pages lie where the inventory says")
  func pools() {
    var host = host("a", [64, 64])
    host.hugePages = [
      InventoryHugePages(pageBytes: 1 << 30, nodeNumber: 0, total: .measured(40, "test")),
      InventoryHugePages(pageBytes: 1 << 30, nodeNumber: 1, total: .measured(8, "test")),
    ]
    var added = flavour("added", 8, 0)
    added.backingBytes = 1 << 30
    added.usesPool = true
    let fit = NodeFit(
      host, DensityHost(host), running: [], adding: added, isOvercommitted: false)
    #expect(fit?.nodes.map(\.machines) == [5, 1])
  }
}
