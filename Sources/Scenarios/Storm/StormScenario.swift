public import Studies

/// A storm as a file says it: what happens, and what is wanted of it.
public struct StormScenario: Sendable, Hashable {
  /// What it is about, in a line.
  public var title: String
  /// What happens.
  public var storm: Storm
  /// What is wanted.
  public var target: StormTarget
  /// The same with fields that take several values, where the file asks for it.
  public var sweep: StormSweep?

  /// A storm without a target.
  public init(_ title: String, _ storm: Storm, target: StormTarget = StormTarget()) {
    self.title = title
    self.storm = storm
    self.target = target
  }
}
