/// What a machine that is moved does next.
enum LinkStep {
  /// Leaves the link alone until a moment.
  case wait(until: Int64)
  /// Sends bytes, and goes on when they have passed; something new may begin with them.
  case send(UInt64, begins: Bool)
  /// Is at its end.
  case done
}
