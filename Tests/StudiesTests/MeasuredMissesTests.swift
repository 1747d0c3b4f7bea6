import Studies
import Testing

@Suite("Measured misses")
struct MeasuredMissesTests {
  @Test("Twelve million misses of 100 cycles are 0.4 s at 3 GHz, and 8.00 % of 5.1 s")
  func formula() {
    let cost = MeasuredMisses(
      misses: 12_234_567, cyclesPerMiss: 100, megahertz: 3000, runSeconds: 5.1)
    #expect(cost.cycles == 1_223_456_700)
    // 0.4078 s, and 8.00 % of the run: 7.8 % is what 0.4 s is.
    #expect((cost.seconds * 10000).rounded() == 4078)
    #expect((cost.share * 10000).rounded() == 800)
    #expect((0.4 / 5.1 * 1000).rounded() == 78)
  }
}
