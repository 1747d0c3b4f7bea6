import Foundation
import Testing

@testable import Studies

@Suite("The risk of memory pressure")
struct RiskTests {
  /// The probability of more than so many of independent tosses, exactly.
  private func tail(_ tosses: Int, _ likely: Double, beyond: Int) -> Double {
    (beyond + 1...tosses).reduce(0.0) { sum, number in
      let ways =
        lgamma(Double(tosses) + 1) - lgamma(Double(number) + 1)
        - lgamma(Double(tosses - number) + 1)
      let odds =
        ways + Double(number) * Foundation.log(likely)
        + Double(tosses - number) * Foundation.log(1 - likely)
      return sum + Foundation.exp(odds)
    }
  }

  @Test(
    "is that of the binomial distribution, where each machine uses one of two amounts",
    arguments: [(9, 5), (100, 60), (1000, 540), (200_000, 100_700)])
  func binomial(machines: Int, most: Int) {
    // Each uses 1 or 3 MiB; the capacity is half a machine more than that of the most that may be busy.
    let capacity = UInt64(machines + 2 * most) << 20 + 1 << 20
    var model = PressureModel([[1 << 20, 3 << 20]], capacity: capacity, correlation: 0)
    let found = model.risk([UInt64(machines)])
    let exact = tail(machines, 0.5, beyond: most)
    // Beyond 512 steps the sum is rounded: a quarter of a step's square each time.
    #expect(abs(found - exact) < (machines <= 100 ? 1e-9 : 0.03 * exact), "\(found) \(exact)")
  }

  @Test("adding kinds one by one or all at once makes no difference")
  func order() {
    let kinds: [[UInt64]] = [[1 << 30, 2 << 30, 7 << 30], [3 << 30], [1 << 20, 9 << 30]]
    var model = PressureModel(kinds, capacity: 200 << 30, correlation: 0.25)
    let counts: [UInt64] = [20, 7, 13]
    let whole = model.risk(counts)
    var sum = SumDistribution()
    for (kind, count) in counts.enumerated() {
      for _ in 0..<count {
        sum = model.adding(counts.indices.map { $0 == kind ? 1 : 0 }, to: sum)
      }
    }
    #expect(abs(model.risk(sum, counts) - whole) < 1e-3 * whole)
    #expect(whole > 0.001 && whole < 0.5)
  }

  @Test("twenty thousand machines are answered, with a curve of few points")
  func many() throws {
    var flavour = DensityFlavour("one", memoryBytes: 128 << 20)
    flavour.workingSet = WorkingSet([40 << 20, 60 << 20, 100 << 20], origin: "test")
    flavour.returns = .reporting
    flavour.monitor = .firecracker
    var host = DensityHost(memoryBytes: 1280 << 30)
    host.reservedBytes = 0
    var density = Density([flavour], on: host)
    density.overcommit = Density.Overcommit(risk: 0.001)
    let outcome = try density.run()
    #expect(outcome.count > 15_000)
    #expect(try #require(outcome.risk) <= 0.001)
    #expect(outcome.curve.count <= 300)
    #expect(zip(outcome.curve, outcome.curve.dropFirst()).allSatisfy { $0.risk <= $1.risk + 1e-9 })
  }
}
