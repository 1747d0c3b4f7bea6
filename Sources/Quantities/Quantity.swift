/// A number with a unit, held exactly as a whole number of the smallest unit.
public protocol Quantity: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name and units of quantities of this type.
  static var kind: QuantityKind { get }

  /// How many of the smallest unit it is.
  var smallestUnits: UInt64 { get }

  /// A quantity of so many of the smallest unit.
  init(smallestUnits: UInt64)
}

extension Quantity {
  /// The quantity that a text writes: a number, at most one space, a unit.
  public init(parsing text: some StringProtocol) throws(QuantityError) {
    let text = Substring(text)
    let (number, length) = try ExactDecimal.prefix(of: text.utf8)
    var unit = text.utf8.dropFirst(length)
    if unit.first == UInt8(ascii: " ") {
      unit = unit.dropFirst()
      guard !unit.isEmpty else { throw .noNumber }
    }
    let symbol = String(Substring(unit))
    let factor: UInt64
    if symbol.isEmpty {
      // Nothing is nothing in every unit.
      guard let bare = Self.kind.bareFactor ?? (number.digits == 0 ? 1 : nil) else {
        throw .noUnit
      }
      factor = bare
    } else {
      guard let first = symbol.unicodeScalars.first,
        first.properties.isAlphabetic || first == "%" || first == "µ"
      else { throw .noNumber }
      factor = try Self.kind.factor(of: symbol)
    }
    do throws(QuantityError) {
      self.init(smallestUnits: try number.multiplied(by: factor))
    } catch {
      guard error == .tooFine, let grain = Self.kind.grain?(factor),
        let rounded = number.rounded(times: factor, toMultipleOf: grain)
      else { throw error }
      self.init(smallestUnits: rounded)
    }
  }

  /// The quantity, exactly, in the largest unit in which it has at most three decimals.
  public var description: String {
    let units = Self.kind.units.filter { !$0.isAlternative }
    for unit in units.reversed() where smallestUnits >= unit.factor {
      if let number = decimal(in: unit) { return "\(number) \(unit.symbol)" }
    }
    guard let least = units.first else { return "\(smallestUnits)" }
    return "\(decimal(in: least) ?? "\(smallestUnits)") \(least.symbol)"
  }

  /// The number of a unit, where three decimals write it.
  private func decimal(in unit: QuantityUnit) -> String? {
    let whole = smallestUnits / unit.factor
    let (thousandths, rest) = (UInt128(smallestUnits % unit.factor) * 1000)
      .quotientAndRemainder(dividingBy: UInt128(unit.factor))
    guard rest == 0 else { return nil }
    guard thousandths > 0 else { return "\(whole)" }
    var decimals = String(thousandths)
    decimals = String(repeating: "0", count: 3 - decimals.count) + decimals
    while decimals.last == "0" { decimals.removeLast() }
    return "\(whole).\(decimals)"
  }

  /// Whether one quantity is less than another.
  public static func < (left: Self, right: Self) -> Bool {
    left.smallestUnits < right.smallestUnits
  }
}
