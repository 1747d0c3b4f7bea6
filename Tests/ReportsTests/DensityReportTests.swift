import Quantities
import Reports
import Studies
import Testing

@Suite("Reports of density")
struct DensityReportTests {
  @Test("Sizes that are rounded to be read can be typed back")
  func sizes() throws {
    var state: UInt64 = 99
    for _ in 0..<5000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bytes = (state >> 12) >> (state >> 58) % 44
      guard bytes > 0 else { continue }
      let text = StormReport.bytes(bytes)
      let read = try ByteSize(parsing: text).bytes
      let distance = Double(read > bytes ? read - bytes : bytes - read)
      #expect(distance <= max(Double(bytes) / 199, 2049), "\(bytes) is told as \(text)")
    }
  }

  @Test("No number is parted from its unit")
  func wrap() {
    let text = "one two 12.5 GiB, three 4 % four (5 vCPUs) six"
    for width in 8...30 {
      let lines = DensityText.wrap(text, width: width)
      #expect(lines.joined(separator: " ") == text)
      #expect(!lines.contains { $0.hasPrefix("GiB") || $0.hasPrefix("%") || $0.hasPrefix("vCPUs") })
    }
  }

  @Test("The answer carries its range where that moves it")
  func range() throws {
    var flavour = DensityFlavour("one", memoryBytes: 512 << 20)
    flavour.workingSet = WorkingSet([64 << 20], origin: "test")
    flavour.returns = .reporting
    var density = Density([flavour], on: DensityHost(memoryBytes: 32 << 30))
    density.overcommit = Density.Overcommit(risk: 0.01)
    let outcome = try density.run()
    let answer = DensityReport("test", density, outcome).answer
    let (low, high) = (outcome.range.lowerBound, outcome.range.upperBound)
    #expect(low < high)
    #expect(answer.hasPrefix("\(outcome.count) (\(low) to \(high)) machines fit."))
    #expect(outcome.movers.first?.kind == .monitor)
  }
}
