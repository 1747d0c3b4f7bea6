import Console
import Quantities

/// A part of a whole on the command line: `1%` or `0.01`.
struct ShareArgument: ArgumentValue, Hashable {
  let share: Share

  init(argument: String) throws(ArgumentValueError) {
    do throws(QuantityError) {
      share = try Share(parsing: argument)
    } catch {
      throw ArgumentValueError(error.rule(for: Share.kind))
    }
    guard share <= .whole else { throw ArgumentValueError("it must be at most 100 %") }
  }

  var argument: String { share.description }
}
