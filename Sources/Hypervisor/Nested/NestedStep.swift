/// One step of a play: somebody does something, and may hand the processor on by it.
public struct NestedStep: Sendable, Hashable, CustomStringConvertible {
  /// Who does it.
  public let actor: NestedActor
  /// What is done.
  public let act: NestedAct
  /// Who runs next, where that is somebody else.
  public let next: NestedActor?

  /// Whether the step goes from one level of virtualisation to another.
  public var isSwitch: Bool { next.map { $0.level != actor.level } ?? false }

  /// Whether the step is an exit to L0.
  public var isExit: Bool { isSwitch && next == .outer }

  /// The step in words.
  public var description: String {
    guard let next, isSwitch else { return "\(actor) \(act)" }
    return "\(actor) \(act) -> \(next)"
  }
}
