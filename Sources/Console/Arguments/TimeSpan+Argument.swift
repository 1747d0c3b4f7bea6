package import Quantities

extension TimeSpan: ArgumentValue {
  package init(argument: String) throws(ArgumentValueError) {
    do throws(QuantityError) {
      try self.init(parsing: argument)
    } catch {
      throw ArgumentValueError(error.rule(for: Self.kind))
    }
  }

  /// The time with its unit and without a space.
  package var argument: String { String(description.filter { $0 != " " }) }
}
