import Guests
import Testing

@Suite("Zipf")
struct ZipfTests {
  /// Draws many ranks and compares how often each came with k⁻ˢ / Σ k⁻ˢ.
  ///
  /// The sum of squared deviations over the expectation has a mean of (classes − 1) and a variance of
  /// twice that, so five standard deviations above the mean is once in millions of seeds.
  @Test("Frequencies are those of the closed form", arguments: [0.5, 0.99, 1.0, 1.2, 3.0])
  func frequencies(exponent: Double) throws {
    let count = 50
    let draws = 200_000
    let sampler = try ZipfSampler(count: UInt64(count), exponent: exponent)
    var random = SplitMix64(seed: 42)
    var seen = Array(repeating: 0, count: count + 1)
    for _ in 0..<draws { seen[Int(sampler.next(&random))] += 1 }
    #expect(seen[0] == 0)
    var weights = [0.0]
    for rank in 1...count { weights.append(power(rank, exponent)) }
    let sum = weights.reduce(0, +)
    var deviation = 0.0
    for rank in 1...count {
      let expected = Double(draws) * weights[rank] / sum
      let difference = Double(seen[rank]) - expected
      deviation += difference * difference / expected
    }
    let degrees = Double(count - 1)
    #expect(deviation < degrees + 5 * (2 * degrees).squareRoot())
  }

  /// k⁻ˢ by repeated square roots of the whole and multiplication, apart from the sampler's functions.
  private func power(_ rank: Int, _ exponent: Double) -> Double {
    var result = 1.0
    for _ in 0..<Int(exponent) { result /= Double(rank) }
    var fraction = exponent - exponent.rounded(.down)
    var root = Double(rank)
    for _ in 0..<53 {
      root = root.squareRoot()
      fraction *= 2
      if fraction >= 1 {
        result /= root
        fraction -= 1
      }
    }
    return result
  }

  @Test("Ranks of a large count stay in range, and half of the area is where it should be")
  func large() throws {
    let count: UInt64 = 1 << 40
    let sampler = try ZipfSampler(count: count, exponent: 1)
    var random = SplitMix64(seed: 7)
    let ranks = (0..<100_000).map { _ in sampler.next(&random) }
    #expect(ranks.allSatisfy { (1...count).contains($0) })
    // H(2²⁰) / H(2⁴⁰) = 14.440 / 28.303; one standard deviation is 158.
    #expect(abs(ranks.count { $0 <= 1 << 20 } - 51020) < 800)
  }

  @Test("One rank is always that")
  func single() throws {
    let sampler = try ZipfSampler(count: 1, exponent: 1.5)
    var random = SplitMix64(seed: 3)
    for _ in 0..<100 { #expect(sampler.next(&random) == 1) }
  }
}
