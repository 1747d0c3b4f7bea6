import Costs
import Scenarios
import Studies
import Testing

@Suite("A population's case declares every price that its play reads")
struct PopulationPricesTests {
  private static let inputs = ["C1", "D1", "X1", "X4", "Z1"]

  private static func profile() throws -> CostProfile {
    try #require(ShippedProfiles.named("xeon-8269cy"))
  }

  /// Why V4's population by a few processors is refused; nothing where it is not.
  private func refusal(
    _ profile: CostProfile, processors: Int = 3, inputs: [String] = Self.inputs,
    isShared: Bool = false, _ count: ValidationPlay.PopulationCount = .time
  ) -> ValidationError? {
    let one = ValidationCase(
      "V0", "a population",
      predictions: [
        ValidationPrediction(
          "population", published: 1, .time, row: "P1", tolerance: 1, grade: .predicted,
          inputs: inputs,
          play: .population(
            processors: processors, pages: 256, isShared: isShared, .parallel, count, profile))
      ], leftOut: [])
    do throws(ValidationError) {
      _ = try one.run()
      return nil
    } catch {
      return error
    }
  }

  @Test("the prices of V4 have nothing of its own row")
  func shipped() throws {
    let problem = refusal(try Self.profile())
    #expect(problem == nil)
    for profile in ShippedProfiles.all {
      let lock = try #require(profile[.frameLock])
      #expect(lock.source.row == nil && lock.source.grade == .assumed, "\(profile.name)")
    }
  }

  /// Neither component is in any ledger: one says when others wait, one is a matter of who runs when.
  @Test(
    "a price that no ledger has stops the case where it is of the predicted row",
    arguments: [Component.frameLock, .lineTransfer])
  func own(_ component: Component) throws {
    let source = PriceSource(.derived, row: "P1", note: "16.112 s over 75,497,472 faults")
    let profile = try Self.profile().with(component, try Price(20_000_000, source: source))
    let others = component == .lineTransfer ? Self.inputs.filter { $0 != "C1" } : Self.inputs
    guard case .undeclared(_, _, let rows, let own, _) = refusal(profile, inputs: others) else {
      Issue.record("\(component) was not missed")
      return
    }
    #expect(rows == ["P1"] && own == ["P1"])
    guard
      case .gradeTooHigh(_, _, _, let allowed) = refusal(profile, inputs: others + ["P1"])
    else {
      Issue.record("\(component) was taken as an input of a prediction")
      return
    }
    #expect(allowed == .input)
  }

  @Test("who meets nobody pays for no line's way")
  func alone() throws {
    guard case .unused(_, _, let rows) = refusal(try Self.profile(), processors: 1) else {
      Issue.record("one processor reads the price of a line's way")
      return
    }
    #expect(rows == ["C1"])
  }

  @Test("faults in vain are a matter of time, and pages that are made are not")
  func timed() throws {
    let profile = try Self.profile()
    for count in [ValidationPlay.PopulationCount.spurious, .faults] {
      guard case .undeclared = refusal(profile, inputs: [], isShared: true, count) else {
        Issue.record("\(count) reads no price")
        continue
      }
    }
    let pages = refusal(profile, inputs: [], isShared: true, .pages)
    let apart = refusal(profile, inputs: [], .faults)
    #expect(pages == nil && apart == nil)
  }
}
