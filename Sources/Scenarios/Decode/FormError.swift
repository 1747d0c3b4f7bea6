/// Why a scalar is not what it must be, as the end of a sentence: “it must be …”.
public struct FormError: Error, Sendable, Hashable {
  /// The end of the sentence.
  public let rule: String

  /// A rule that is broken.
  public init(_ rule: String) { self.rule = rule }
}
