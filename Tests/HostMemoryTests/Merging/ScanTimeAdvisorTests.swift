@testable import HostMemory
import Testing

@Suite("The scan-time advisor")
struct ScanTimeAdvisorTests {
  /// Half the wanted pace is made twice as fast, but for the change that counts 30 %.
  ///
  /// With 500 pages, a scan of 400 s and 40 s of CPU time (10 %): the scan takes half the wanted pace
  /// (factor 50), the change is 100 % of nothing before, of which 30 % count: 500·100/50·30/100 = 300.
  /// A percent of CPU is 50 pages, so that 300 lies under the least, 10 percent: 500.
  @Test("The first scan")
  func first() {
    var advisor = ScanTimeAdvisor()
    let first = advisor.pagesToScan(
      after: 500, scanMilliseconds: 400_000, cpuMilliseconds: 40_000)
    #expect(first == 500)
    // The second, as long: the change is 70 % of 30 and 30 % of 100, 51: 1000·51/100 = 510.
    let second = advisor.pagesToScan(
      after: 500, scanMilliseconds: 400_999, cpuMilliseconds: 40_000)
    #expect(second == 510)
  }

  @Test("A slow scan is sped up until the CPU or the number of pages forbids it")
  func limits() {
    var advisor = ScanTimeAdvisor()
    var pages = 500
    for _ in 0..<20 {
      pages = advisor.pagesToScan(
        after: pages, scanMilliseconds: 2_000_000, cpuMilliseconds: 20_000)
    }
    #expect(pages == 30_000)
    advisor = ScanTimeAdvisor()
    for _ in 0..<20 {
      // Half of the CPU is in use for 1,000 pages: 70 percent are 1,400.
      pages = advisor.pagesToScan(
        after: 1000, scanMilliseconds: 2_000_000, cpuMilliseconds: 1_000_000)
    }
    #expect(pages == 1400)
  }

  @Test("A merger with an advisor starts at its least and lets it choose")
  func merger() throws {
    var settings = MergingSettings()
    settings.advisor = ScanTimeAdvisor()
    var memory = try MixedMemory(settings, pages: 400_000)
    for page in 0..<400_000 { memory.merger.write(page, PageContent(UInt64(page) + 1)) }
    let least = memory.merger.settings.pagesToScan
    #expect(least == 500)
    memory.scan()
    let chosen = memory.merger.settings.pagesToScan
    // 801 wake-ups of 20 ms are 16 s, 2.6 s of them CPU time: factor 1250, change 30 %, 16 % of a CPU.
    #expect(chosen == 310)
  }
}
