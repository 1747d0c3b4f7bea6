/// What the components of a ledger cost on a machine.
public struct CostProfile: Sendable, Hashable {
  /// The name that it is chosen by.
  public let name: String
  /// The machine in words.
  public let machine: String
  /// The machine's architecture.
  public let architecture: Architecture
  /// The clock that figures in cycles were read with, where there are any.
  public let clockHertz: UInt64?
  private var prices: [Price?]

  /// A profile with a price for each component that it knows.
  public init(
    _ name: String, machine: String, architecture: Architecture, clockHertz: UInt64? = nil,
    prices: [Component: Price]
  ) {
    self.name = name
    self.machine = machine
    self.architecture = architecture
    self.clockHertz = clockHertz
    self.prices = Component.allCases.map { prices[$0] }
  }

  /// The price of a component, where the profile has one.
  public subscript(component: Component) -> Price? { prices[Int(component.rawValue)] }

  /// The components that it has a price for, in their order.
  public var components: [Component] { Component.allCases.filter { self[$0] != nil } }

  /// The weakest grade of its numbers.
  public var weakest: Grade? { prices.compactMap { $0?.source.grade }.max() }

  /// The profile with another price for a component.
  public func with(_ component: Component, _ price: Price) -> Self {
    var profile = self
    profile.prices[Int(component.rawValue)] = price
    return profile
  }
}
