/// A kind of quantity: its name and the units it is written in.
public struct QuantityKind: Sendable {
  /// The kind with its article, as it stands in a sentence: `a size`.
  public let noun: String
  /// How such quantities look, as the end of a list: `4 GiB or 512K`.
  public let examples: String
  /// Its smallest unit in words, as it follows “a whole number of”: `bytes`.
  public let smallest: String
  /// The largest quantity, as it is told: `16 EiB`.
  public let largest: String
  /// What a number without a unit is multiplied by, or nothing where that has no meaning.
  public let bareFactor: UInt64?
  /// The units in ascending order.
  public let units: [QuantityUnit]
  /// What decimals of a unit that make no whole number of the smallest unit are rounded to a multiple of, as
  /// those of a size that was rounded to be read; nothing where they are refused.
  public let grain: (@Sendable (_ factor: UInt64) -> UInt64?)?
  /// Units that are read in two ways, each with what to write instead.
  public let ambiguous: [(symbol: String, instead: String)]

  /// A kind with its units, in ascending order.
  public init(
    _ noun: String, examples: String, smallest: String, largest: String, bareFactor: UInt64?,
    units: [QuantityUnit], ambiguous: [(symbol: String, instead: String)] = [],
    grain: (@Sendable (_ factor: UInt64) -> UInt64?)? = nil
  ) {
    self.grain = grain
    self.noun = noun
    self.examples = examples
    self.smallest = smallest
    self.largest = largest
    self.bareFactor = bareFactor
    self.units = units
    self.ambiguous = ambiguous
  }

  /// What a unit's symbol multiplies by.
  func factor(of symbol: String) throws(QuantityError) -> UInt64 {
    if let unit = units.first(where: { $0.symbol == symbol }) { return unit.factor }
    if let refused = ambiguous.first(where: { $0.symbol == symbol }) {
      throw .ambiguousUnit(symbol, instead: refused.instead)
    }
    guard symbol.utf8.count <= 16 else { throw .noNumber }
    let lowercased = symbol.lowercased()
    let guess = units.first { $0.symbol.lowercased() == lowercased }
    throw .unknownUnit(symbol, guess: guess?.symbol)
  }
}
