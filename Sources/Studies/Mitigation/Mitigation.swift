/// Something that a host can do so that a storm does less harm.
public struct Mitigation: Sendable, Hashable {
  /// What it is, in a few words.
  public let name: String
  /// The host's policy with it.
  public let policy: StormPolicy

  /// A policy with what it is.
  public init(_ name: String, _ policy: StormPolicy) {
    self.name = name
    self.policy = policy
  }
}
