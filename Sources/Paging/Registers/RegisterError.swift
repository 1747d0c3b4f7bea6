/// A register value, or a combination of them, that the architecture or this model can't have.
public struct RegisterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The register's name in the manual, in lower case as in the records of `translate`.
  public let register: String
  /// Its value.
  public let value: UInt64
  /// What the value breaks, as the end of a sentence.
  public let rule: String

  /// A refusal of a register's value by a rule.
  public init(_ register: String, _ value: UInt64, _ rule: String) {
    self.register = register
    self.value = value
    self.rule = rule
  }

  /// The refusal as a sentence.
  public var description: String {
    "\(register) = 0x\(String(value, radix: 16)) is refused: \(rule)."
  }
}
