import Testing

@testable import Studies

@Suite("The best packing")
struct PackingTests {
  /// A generator of numbers, the same ones in every run.
  private struct Numbers {
    var state: UInt64

    mutating func below(_ count: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % count
    }
  }

  /// The best worth, by trying every choice; nothing where no choice holds what must be there.
  private func best(_ packing: Packing) -> UInt64? {
    var best: UInt64?
    var totals = packing.items.map { _ in UInt64(0) }
    func visit(_ item: Int, _ node: Int, _ own: [UInt64], _ shared: [UInt64], _ worth: UInt64) {
      if item == packing.items.count {
        if node + 1 < packing.nodes {
          visit(0, node + 1, packing.capacities(on: node + 1), shared, worth)
        } else if zip(totals, packing.items).allSatisfy({ $0 >= $1.least }) {
          best = max(best ?? 0, worth)
        }
        return
      }
      var (own, shared) = (own, shared)
      var count: UInt64 = 0
      while true {
        visit(item + 1, node, own, shared, worth + count * packing.items[item].worth)
        if let most = packing.items[item].most, totals[item] >= most { break }
        var fits = true
        for (index, resource) in packing.resources.enumerated() {
          let demand = packing.items[item].demand[index]
          if (resource.isOfNodes ? own[index] : shared[index]) < demand { fits = false }
        }
        guard fits else { break }
        for (index, resource) in packing.resources.enumerated() {
          let demand = packing.items[item].demand[index]
          if resource.isOfNodes { own[index] -= demand } else { shared[index] -= demand }
        }
        totals[item] += 1
        count += 1
      }
      totals[item] -= count
    }
    visit(0, 0, packing.capacities(on: 0), packing.resources.map(\.capacity), 0)
    return best
  }

  /// Whether a solution keeps to what there is, and is worth what it says.
  private func isSound(_ solution: PackingSolution, _ packing: Packing) -> Bool {
    var worth: UInt64 = 0
    for (number, item) in packing.items.enumerated() {
      let count = solution.count(of: number)
      worth += count * item.worth
      if count < item.least || count > item.most ?? .max { return false }
    }
    for (index, resource) in packing.resources.enumerated() {
      let used = solution.counts.map { counts in
        packing.items.indices.reduce(UInt64(0)) {
          $0 + counts[$1] * packing.items[$1].demand[index]
        }
      }
      if resource.isOfNodes {
        if used.enumerated().contains(where: { $1 > resource.capacity(on: $0) }) { return false }
      } else if used.reduce(0, +) > resource.capacity {
        return false
      }
    }
    return worth == solution.worth
  }

  @Test("is that of trying every choice, on small cases of all kinds", arguments: 0..<600)
  func againstAll(seed: Int) {
    var numbers = Numbers(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1)
    let nodes = 1 + Int(numbers.below(2))
    let resources = (0..<1 + numbers.below(3)).map { _ in
      Packing.Resource(
        capacity: 4 + numbers.below(nodes == 1 ? 24 : 10), isOfNodes: numbers.below(2) == 0)
    }
    let isPlain = numbers.below(2) == 0
    let items = (0..<1 + numbers.below(nodes == 1 ? 4 : 3)).map { _ in
      let demand = resources.enumerated().map { index, _ in
        index == 0 ? 2 + numbers.below(7) : numbers.below(6)
      }
      return Packing.Item(
        worth: isPlain ? 1 : 1 + numbers.below(9), least: numbers.below(6) == 0 ? 1 : 0,
        most: numbers.below(3) == 0 ? 1 + numbers.below(4) : nil, demand: demand)
    }
    let packing = Packing(items: items, resources: resources, nodes: nodes)
    let expected = best(packing)
    let found = PackingSearch.solve(packing)
    #expect(found?.worth == expected, "\(packing)")
    guard let found else { return }
    #expect(found.isBest)
    #expect(isSound(found, packing), "\(packing)")
  }

  @Test("is that of trying every choice where nodes are not alike", arguments: 0..<400)
  func unequalNodes(seed: Int) {
    var numbers = Numbers(state: UInt64(seed) &* 0x2545_f491_4f6c_dd1d &+ 3)
    let nodes = 2 + Int(numbers.below(2))
    let resources = (0..<1 + numbers.below(3)).map { number in
      // Some nodes are alike, some have nothing, and some resources are shared.
      let amounts = (0..<nodes).map { _ in
        numbers.below(5) == 0 ? 0 : 3 + numbers.below(nodes == 2 ? 11 : 7)
      }
      let isOfNodes = number == 0 || numbers.below(3) > 0
      return Packing.Resource(
        capacity: isOfNodes ? amounts.reduce(0, +) / UInt64(nodes) : 4 + numbers.below(16),
        isOfNodes: isOfNodes, onNodes: isOfNodes && numbers.below(5) > 0 ? amounts : nil)
    }
    let items = (0..<1 + numbers.below(3)).map { _ in
      let demand = resources.enumerated().map { index, _ in
        index == 0 ? 2 + numbers.below(5) : numbers.below(6)
      }
      return Packing.Item(
        worth: 1 + numbers.below(9), least: numbers.below(6) == 0 ? 1 : 0,
        most: numbers.below(3) == 0 ? 1 + numbers.below(4) : nil, demand: demand)
    }
    let packing = Packing(items: items, resources: resources, nodes: nodes)
    let expected = best(packing)
    let found = PackingSearch.solve(packing)
    #expect(found?.worth == expected, "\(packing)")
    guard let found else { return }
    #expect(found.isBest)
    #expect(isSound(found, packing), "\(packing)")
  }

  @Test("is proved best for twenty kinds of machines in a few steps")
  func twenty() throws {
    var numbers = Numbers(state: 20)
    let items = (0..<20).map { _ in
      Packing.Item(
        worth: 1 + numbers.below(40),
        demand: [256 + numbers.below(32_768), 1000 * (1 + numbers.below(16)), numbers.below(3)])
    }
    let packing = Packing(
      items: items,
      resources: [
        Packing.Resource(capacity: 512 * 1024), Packing.Resource(capacity: 256_000),
        Packing.Resource(capacity: 64),
      ])
    let solution = try #require(PackingSearch.solve(packing))
    #expect(solution.isBest)
    #expect(isSound(solution, packing))
  }

  @Test("says how far from the best it may be where it stops early")
  func gap() throws {
    var numbers = Numbers(state: 7)
    let items = (0..<40).map { _ in
      let size = 1000 + numbers.below(3000)
      return Packing.Item(worth: size, most: 3, demand: [size, 900 + numbers.below(300)])
    }
    let packing = Packing(
      items: items,
      resources: [Packing.Resource(capacity: 100_003), Packing.Resource(capacity: 41_111)])
    let solution = try #require(PackingSearch.solve(packing, limit: 500))
    #expect(solution.bound >= solution.worth)
    let longer = try #require(PackingSearch.solve(packing, limit: 20_000))
    #expect(longer.worth >= solution.worth)
    #expect(longer.worth <= solution.bound, "a bound holds for what is found later")
  }

  @Test(
    "finds none where something is free of everything, or where what must be there does not fit")
  func none() {
    let resources = [Packing.Resource(capacity: 10)]
    #expect(
      PackingSearch.solve(
        Packing(items: [Packing.Item(worth: 1, demand: [0])], resources: resources)) == nil)
    #expect(
      PackingSearch.solve(
        Packing(items: [Packing.Item(worth: 1, least: 2, demand: [6])], resources: resources))
        == nil)
  }
}
