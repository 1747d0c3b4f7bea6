package import Quantities

extension DataRate: ArgumentValue {
  /// Reads an argument such as `10Gbit/s` or `100MB/s`.
  package init(argument: String) throws(ArgumentValueError) {
    do throws(QuantityError) {
      try self.init(parsing: argument)
    } catch {
      throw ArgumentValueError(error.rule(for: Self.kind))
    }
  }

  package var argument: String { description.replacing(" ", with: "") }
}
