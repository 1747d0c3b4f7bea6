import Scenarios
import Testing

@testable import Studies

@Suite("Hosts whose NUMA nodes are not alike")
struct UnequalNodesTests {
  private struct Numbers {
    var state: UInt64

    mutating func below(_ count: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % count
    }
  }

  /// The most that machines of two kinds are worth on two nodes, by trying every choice with what each node
  /// has as this test reckons it.
  private func best(_ density: Density) -> UInt64 {
    let host = density.host
    let kinds = density.flavours.map { flavour in
      let overhead = MachineOverhead(flavour)
      return (
        memory: overhead.charged(to: .machine, atWorst: true),
        pages: flavour.usesPool ? flavour.memoryBytes >> 21 : 0,
        processors: UInt64(flavour.processors), worth: flavour.worth,
        most: UInt64(flavour.most ?? 40)
      )
    }
    var pages = host.listedNodes.map { _ in UInt64(0) }
    for pool in host.pools { if let node = pool.node { pages[node] += pool.pages } }
    let outside = zip(host.listedNodes, pages).map { $0.memoryBytes - $1 << 21 }
    let first = UInt64(
      UInt128(host.reservedBytes) * UInt128(outside[0]) / UInt128(outside[0] + outside[1]))
    let memory = [outside[0] - first, outside[1] - (host.reservedBytes - first)]
    // What every choice on a node takes of each kind, and is worth.
    let choices = (0..<2).map { node -> [(UInt64, UInt64)] in
      var found: [(UInt64, UInt64)] = []
      for one in 0...kinds[0].most {
        for two in 0...kinds[1].most
        where one * kinds[0].memory + two * kinds[1].memory <= memory[node]
          && one * kinds[0].pages + two * kinds[1].pages <= pages[node]
          && one * kinds[0].processors + two * kinds[1].processors
            <= UInt64(host.listedNodes[node].processors ?? 0)
        { found.append((one, two)) }
      }
      return found
    }
    var best: UInt64 = 0
    for left in choices[0] {
      for right in choices[1]
      where left.0 + right.0 <= kinds[0].most && left.1 + right.1 <= kinds[1].most {
        best = max(
          best, (left.0 + right.0) * kinds[0].worth + (left.1 + right.1) * kinds[1].worth)
      }
    }
    return best
  }

  @Test("hold the mix that trying every choice finds best", arguments: 0..<60)
  func againstAll(seed: Int) throws {
    var numbers = Numbers(state: UInt64(seed) &* 0x9e37_79b9 &+ 11)
    let sizes = [4 + numbers.below(12), 4 + numbers.below(12)]
    var host = DensityHost(memoryBytes: (sizes[0] + sizes[1]) << 30)
    host.reservedBytes = numbers.below(2) << 30
    host.listedNodes = sizes.map { size in
      DensityHost.Node(memoryBytes: size << 30, processors: Int(numbers.below(12)))
    }
    host.processors = host.listedNodes.compactMap(\.processors).reduce(0, +)
    host.pools = (0..<2).map { node in
      DensityHost.Pool(pageBytes: 2 << 20, pages: 128 * numbers.below(12), node: node)
    }
    var pooled = DensityFlavour("pooled", memoryBytes: (1 + numbers.below(3)) << 29)
    pooled.backingBytes = 2 << 20
    pooled.usesPool = true
    pooled.processors = 1 + Int(numbers.below(2))
    pooled.worth = 1 + numbers.below(5)
    var other = DensityFlavour("other", memoryBytes: (1 + numbers.below(4)) << 30)
    other.processors = 1 + Int(numbers.below(3))
    other.worth = 1 + numbers.below(5)
    other.most = numbers.below(2) == 0 ? 3 : nil
    var density = Density([pooled, other], on: host)
    density.bindsNodes = true
    let outcome = try density.run()
    #expect(outcome.worth == best(density))
    #expect(outcome.isBest)
    #expect(outcome.nodes.map(\.machines).reduce(0, +) == outcome.count)
    for node in outcome.nodes { #expect(node.usedBytes <= node.usableBytes) }
  }

  @Test("hold what the same host with an equal split does where they are alike")
  func alike() throws {
    var host = DensityHost(memoryBytes: 64 << 30)
    host.processors = 32
    host.pools = [DensityHost.Pool(pageBytes: 2 << 20, pages: 4096)]
    host.nodes = 2
    var pooled = DensityFlavour("pooled", memoryBytes: 1 << 30)
    pooled.backingBytes = 2 << 20
    pooled.usesPool = true
    var density = Density([pooled, DensityFlavour("other", memoryBytes: 3 << 30)], on: host)
    density.bindsNodes = true
    let even = try density.run()
    density.host.listedNodes = [
      DensityHost.Node(memoryBytes: 32 << 30, processors: 16),
      DensityHost.Node(memoryBytes: 32 << 30, processors: 16),
    ]
    let listed = try density.run()
    #expect(listed.flavours.map(\.count) == even.flavours.map(\.count))
    #expect(listed.constraints == even.constraints)
    #expect(even.nodes.isEmpty && listed.nodes.count == 2)
  }

  @Test("let the larger node hold what the smaller can't")
  func larger() throws {
    var host = DensityHost(memoryBytes: 96 << 30)
    host.listedNodes = [
      DensityHost.Node(memoryBytes: 16 << 30), DensityHost.Node(memoryBytes: 80 << 30),
    ]
    var density = Density([DensityFlavour("large", memoryBytes: 20 << 30)], on: host)
    density.bindsNodes = true
    let outcome = try density.run()
    #expect(outcome.flavours[0].onNodes == [0, 3])
    density.flavours[0].placed = 7
    let placement = try #require(try density.run().placement)
    #expect(placement.hosts.map { $0.reduce(0, +) } == [3, 3, 1])
    #expect(placement.bound == 3)
  }

  @Test("take pools without a node in turns, as the kernel does")
  func turns() {
    var host = DensityHost(memoryBytes: 96 << 30)
    host.listedNodes = [16, 48, 32].map { DensityHost.Node(memoryBytes: $0 << 30) }
    host.pools = [
      DensityHost.Pool(pageBytes: 2 << 20, pages: 1001),
      DensityHost.Pool(pageBytes: 2 << 20, pages: 7, node: 2),
    ]
    #expect(host.pagesOnNodes(of: 2 << 20) == [334, 334, 340])
    #expect(host.pages(of: 2 << 20) == 1008)
    let usable = host.usableBytesOnNodes.reduce(0, +)
    #expect(usable == host.usableBytes)
  }

  @Test("are written and read without a change")
  func written() throws {
    let text = """
      study: density
      host:
        memory: 96 GiB
        nodes:
          - memory: 64 GiB
            processors: 12
          - memory: 32 GiB
            processors: 4
        hugePages:
          - {pageSize: 1G, pages: 8, node: 1}
      machines:
        - {name: one, memory: 2 GiB}
      bindsNodes: true
      """
    let scenario = try DensityScenario.document.read(Array(text.utf8), file: "a.yaml")
    #expect(scenario.density.host.processors == 16)
    let written = NodeWriter.write(scenario.node)
    let again = try DensityScenario.document.read(Array(written.utf8), file: "b.yaml")
    #expect(again == scenario)
  }
}
