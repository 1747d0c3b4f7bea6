package import Costs
internal import Studies

extension StormReport {
  /// What one component cost, and where its price comes from.
  package struct CostRow: Sendable {
    /// The component.
    package let component: Component
    /// How much of it was used.
    package let amount: UInt64
    /// What a unit costs.
    package let price: Price
    /// What all of it cost.
    package let cost: CostRange

    /// Where the price comes from.
    package var source: PriceSource { price.source }
  }

  /// The components that were used, the one that moves the price most first.
  package var costRows: [CostRow] {
    outcome.bill.movers.compactMap { mover in
      storm.profile[mover.component].map { price in
        let amount = outcome.bill.lines.reduce(0) {
          $1.component == mover.component ? $0 + $1.amount : $0
        }
        return CostRow(component: mover.component, amount: amount, price: price, cost: mover.cost)
      }
    }
  }
}
