import Costs
import Scenarios
import Testing

@testable import Studies

@Suite("The source texts' figures, recomputed")
struct ClaimsTests {
  private static var claims: Claims {
    get throws {
      let x86 = try #require(ShippedProfiles.named("xeon-8269cy"))
      let arm = try #require(ShippedProfiles.named("ampere-altra"))
      return Claims(
        ClaimProfiles(
          textbook: CostProfile.Architecture.allCases.map { ShippedProfiles.textbook($0) },
          measuredX86: x86, measuredArm: arm))
    }
  }

  @Test("a verdict follows from its checks")
  func verdicts() {
    func verdict(_ checks: ClaimCheck...) -> Verdict {
      ClaimFinding(id: "F00", subject: "a row", checks: checks, note: "").verdict
    }
    let same = ClaimCheck.model("a count", .count, 512, 512)
    let near = ClaimCheck.model("a time", .time, 1e9, 1.04e9, within: 0.05)
    let far = ClaimCheck.model("a time", .time, 1e9, 1.06e9, within: 0.05)
    let input = ClaimCheck.input("a price", .cycles, 100...100, 100)
    #expect(verdict(same, near) == .reproduced)
    #expect(verdict(same, near, input) == .reproduced)
    #expect(verdict(same, far) == .corrected)
    #expect(verdict(input) == .parameter)
    #expect(verdict() == .outside)
    #expect(!ClaimCheck.model("a count", .count, 512, 513).holds)
    #expect(ClaimCheck.model("a range", .time, 5e9...10e9, 7e9).holds)
    #expect(!ClaimCheck.model("a range", .time, 5e9...10e9, 4.9e9).holds)
    let stray = ClaimCheck.input("a price", .cycles, 100...100, 101)
    let finding = ClaimFinding(id: "F00", subject: "a row", checks: [stray], note: "")
    #expect(finding.strayInputs == [stray])
  }

  @Test("rows are told once, and none is both recomputed and pending")
  func rows() {
    #expect(Set(Claims.ids).count == Claims.ids.count)
    #expect(Claims.pending.allSatisfy { !Claims.ids.contains($0.id) })
  }

  @Test(
    "figures that hold, and figures that do not",
    arguments: [
      ("F01", Verdict.reproduced), ("F02", .reproduced), ("F03", .reproduced),
      ("F04", .reproduced), ("F05", .corrected), ("F57", .corrected),
      ("F07", .corrected), ("F08", .corrected), ("F09", .reproduced), ("F10", .corrected),
      ("F11", .corrected),
      ("F12", .corrected), ("F13", .corrected), ("F14", .corrected), ("F15", .reproduced),
      ("F20", .parameter), ("F21", .corrected), ("F22", .corrected), ("F24", .corrected),
      ("F50", .reproduced), ("F51", .reproduced), ("F52", .reproduced), ("F54", .reproduced),
      ("F58", .reproduced), ("F59", .corrected), ("F60", .reproduced), ("F34", .corrected),
      ("F70", .reproduced), ("F71", .corrected), ("F72", .reproduced), ("F74", .parameter),
      ("F75", .parameter), ("F76", .corrected), ("F80", .reproduced),
    ])
  func findings(_ id: String, _ verdict: Verdict) throws {
    let finding = try Self.claims.finding(id)
    #expect(finding.verdict == verdict, "\(finding.checks)")
    #expect(finding.strayInputs.isEmpty)
  }

  @Test("a price that is not the row's changes what becomes of it")
  func otherPrices() throws {
    let textbook = ShippedProfiles.textbook(.x86)
    let slow = textbook.with(
      .exit, try Price(9_000_000_000, source: PriceSource(.assumed, row: "none")))
    let arm = try #require(ShippedProfiles.named("ampere-altra"))
    let claims = Claims(ClaimProfiles(textbook: [slow], measuredX86: slow, measuredArm: arm))
    #expect(try claims.finding("F02").verdict == .corrected)
    #expect(throws: ClaimError.self) { try claims.finding("F10") }
  }
}
