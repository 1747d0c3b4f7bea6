/// What of an inventory could not be read, or not in full.
public struct InventoryProblem: Sendable, Hashable {
  /// The host, virtual machine or file that it is about.
  public var subject: String
  /// What is wrong, as a sentence.
  public var sentence: String

  /// A problem with something.
  public init(_ subject: String, _ sentence: String) {
    self.subject = subject
    self.sentence = sentence
  }
}
