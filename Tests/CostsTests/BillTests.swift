import Costs
import Testing

@Suite("A bill is counts times prices")
struct BillTests {
  private static let fault = Activity.fault(FaultEvent(.missing, .finalAccess, .allocate))
  private static let copy = Activity.fault(FaultEvent(.permission, .finalAccess, .copy))

  private func price(
    _ low: UInt64, _ likely: UInt64, _ high: UInt64, _ grade: Grade = .read
  ) throws -> Price {
    try Price(low: low, likely: likely, high: high, source: PriceSource(grade, row: "row"))
  }

  private func profile(_ prices: [Component: Price]) -> CostProfile {
    CostProfile("one", machine: "a machine", architecture: .x86, prices: prices)
  }

  private var ledger: Ledger {
    var ledger = Ledger()
    ledger.count(.guest(.minor))
    ledger.use(.guestFault, 1, for: .guest(.minor))
    ledger.count(Self.fault, times: 3)
    ledger.use(.exit, 3, for: Self.fault)
    ledger.use(.zeroByte, 3 * 4096, for: Self.fault)
    ledger.count(Self.copy)
    ledger.use(.exit, 1, for: Self.copy)
    return ledger
  }

  @Test("lines, kinds and components each add up to the total")
  func sums() throws {
    let bill = try Bill(
      ledger,
      profile([
        .exit: try price(90, 100, 150), .zeroByte: try price(1, 2, 3, .borrowed),
        .guestFault: try price(7, 7, 7), .entry: try price(1, 1, 1, .assumed),
      ]))
    #expect(bill.lines.count == 4)
    #expect(bill.total.likely == 4 * 100 + 2 * 3 * 4096 + 7)
    #expect(bill.total.low == 4 * 90 + 3 * 4096 + 7)
    #expect(bill.total.high == 4 * 150 + 3 * 3 * 4096 + 7)
    let kinds = FaultKind.allCases.map { bill.cost(of: $0) }.reduce(.zero, +)
    #expect(kinds == bill.total)
    #expect(bill.cost(of: FaultKind.permission).likely == 100)
    #expect(bill.movers.map(\.cost).reduce(.zero, +) == bill.total)
    #expect(bill.grades.map(\.cost).reduce(.zero, +) == bill.total)
    // The price of an entry is the weakest, and was not used.
    #expect(bill.weakest == .borrowed)
  }

  @Test("movers are ordered by how far they move the total")
  func movers() throws {
    let bill = try Bill(
      ledger,
      profile([
        .exit: try price(0, 100, 100_000), .zeroByte: try price(2, 2, 2),
        .guestFault: try price(1, 50, 90),
      ]))
    #expect(bill.movers.map(\.component) == [.exit, .guestFault, .zeroByte])
  }

  @Test("all components without a price are named")
  func missing() throws {
    #expect(throws: PricingError.noPrice(profile: "one", components: [.exit, .zeroByte])) {
      try Bill(ledger, profile([.guestFault: try price(1, 1, 1)]))
    }
    let error = PricingError.noPrice(profile: "one", components: [.exit, .lock, .pin])
    #expect(
      error.description
        == "The profile “one” has no price for “exit”, “lock” and “pin”, which the run has used.")
  }

  @Test("an empty ledger costs nothing under any profile")
  func empty() throws {
    let bill = try Bill(Ledger(), profile([:]))
    #expect(bill.total == .zero)
    #expect(bill.weakest == nil)
    #expect(bill.movers.isEmpty)
  }

  @Test("the largest counts at the largest prices are summed exactly")
  func large() throws {
    var ledger = Ledger()
    for activity in Activity.all {
      for component in Component.allCases { ledger.use(component, .max, for: activity) }
    }
    var prices: [Component: Price] = [:]
    for component in Component.allCases {
      prices[component] = try price(Price.most, Price.most, Price.most)
    }
    let bill = try Bill(ledger, profile(prices))
    let lines = Activity.all.count * Component.allCases.count
    #expect(lines < 8192)
    #expect(bill.total.likely == UInt128(lines) * UInt128(UInt64.max) * UInt128(Price.most))
  }

  @Test("a price out of order, or too large, is refused")
  func refused() throws {
    #expect(throws: PriceError.outOfOrder(low: 2, likely: 1, high: 3)) { try price(2, 1, 3) }
    #expect(throws: PriceError.outOfOrder(low: 0, likely: 4, high: 3)) { try price(0, 4, 3) }
    #expect(throws: PriceError.tooLarge(Price.most + 1)) { try price(0, 1, Price.most + 1) }
  }

  @Test("a profile can have one price replaced")
  func replaced() throws {
    let before = profile([.exit: try price(1, 2, 3)])
    let after = before.with(.exit, try price(4, 5, 6, .assumed)).with(.lock, try price(1, 1, 1))
    #expect(after[.exit]?.likely == 5)
    #expect(after.components == [.exit, .lock])
    #expect(before.components == [.exit])
    #expect(after.weakest == .assumed)
  }

  @Test("components have names of their own, and grades an order")
  func names() {
    for component in Component.allCases {
      #expect(Component(name: component.name) == component)
    }
    #expect(Component(name: "exits") == nil)
    #expect(Component.allCases.filter(\.isPerByte).allSatisfy { $0.name.hasSuffix("Byte") })
    #expect(Grade.allCases.sorted() == Grade.allCases)
    #expect(Grade.calibrated < .assumed)
  }
}
