package import Quantities

extension ByteSize: ArgumentValue {
  package init(argument: String) throws(ArgumentValueError) {
    do throws(QuantityError) {
      try self.init(parsing: argument)
    } catch {
      throw ArgumentValueError(error.rule(for: Self.kind))
    }
  }

  /// The size with the letter of the largest unit that it is a multiple of.
  package var argument: String {
    let letters = Self.kind.units.filter(\.isAlternative)
    for unit in letters.reversed() where bytes != 0 && bytes.isMultiple(of: unit.factor) {
      return "\(bytes / unit.factor)\(unit.symbol)"
    }
    return "\(bytes)"
  }
}
