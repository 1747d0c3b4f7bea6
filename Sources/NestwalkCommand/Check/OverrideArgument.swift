import Console
import Scenarios

/// `--set PATH=VALUE`: a field of a file that takes another value.
struct OverrideArgument: ArgumentValue, Hashable {
  let argument: String
  let override: NodeOverride

  init(argument: String) throws(ArgumentValueError) {
    self.argument = argument
    do throws(FormError) {
      override = try NodeOverride(parsing: argument)
    } catch {
      throw ArgumentValueError(error.rule)
    }
  }
}
