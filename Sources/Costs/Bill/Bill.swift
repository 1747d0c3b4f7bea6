/// A ledger priced by a profile: every number of it is a count times a price, or a sum of those.
public struct Bill: Sendable, Hashable {
  /// The name of the profile.
  public let profile: String
  /// What each activity's use of each component cost, in the order of both.
  public let lines: [BillLine]
  /// The sum of the lines.
  public let total: CostRange
  /// The grade of the weakest number that was used; nothing where nothing was used.
  public let weakest: Grade?

  /// The bill of a ledger.
  public init(_ ledger: Ledger, _ profile: CostProfile) throws(PricingError) {
    let missing = Component.allCases.filter { profile[$0] == nil && ledger.amount(of: $0) > 0 }
    guard missing.isEmpty else { throw .noPrice(profile: profile.name, components: missing) }
    var lines: [BillLine] = []
    var total = CostRange.zero
    for activity in Activity.all {
      for component in Component.allCases {
        let amount = ledger.amount(of: component, for: activity)
        guard amount > 0, let price = profile[component] else { continue }
        let cost = CostRange(amount, at: price)
        total += cost
        lines.append(
          BillLine(
            activity: activity, component: component, amount: amount, cost: cost,
            grade: price.source.grade))
      }
    }
    self.profile = profile.name
    self.lines = lines
    self.total = total
    weakest = lines.map(\.grade).max()
  }

  /// What the lines that `isIncluded` takes cost together.
  public func cost(where isIncluded: (BillLine) -> Bool) -> CostRange {
    lines.reduce(.zero) { isIncluded($1) ? $0 + $1.cost : $0 }
  }

  /// What all uses of a component cost.
  public func cost(of component: Component) -> CostRange { cost { $0.component == component } }

  /// What an activity cost.
  public func cost(of activity: Activity) -> CostRange { cost { $0.activity == activity } }

  /// What the faults of a kind cost.
  public func cost(of kind: FaultKind) -> CostRange {
    cost { line in
      switch line.activity {
      case .guest: kind == .guest
      case .fault(let event): event.kind == kind
      case .work, .access, .stoppedWalk: false
      }
    }
  }

  /// The components that were used, from the one that moves the total most to the one that moves it
  /// least: by the spread of their cost, then by the cost, then in their own order.
  public var movers: [Mover] {
    let used = Component.allCases.filter { component in
      lines.contains { $0.component == component }
    }
    return used.map { Mover(component: $0, cost: cost(of: $0)) }.sorted { left, right in
      if left.cost.spread != right.cost.spread { return left.cost.spread > right.cost.spread }
      if left.cost.likely != right.cost.likely { return left.cost.likely > right.cost.likely }
      return left.component.rawValue < right.component.rawValue
    }
  }

  /// What rests on numbers of each grade, from the best grade to the worst.
  public var grades: [(grade: Grade, cost: CostRange)] {
    Grade.allCases.filter { grade in lines.contains { $0.grade == grade } }.map { grade in
      (grade, cost { $0.grade == grade })
    }
  }
}
