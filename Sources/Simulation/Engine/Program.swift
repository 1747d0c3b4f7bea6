/// What all actors of a simulation do, one step after another.
///
/// The engine asks for an actor's next step at the moment at which the one before has ended. Whatever
/// actors share may change in ``next(_:at:)`` alone, which is called in the order of time, and of the
/// actors' numbers within a moment.
public protocol Program: ~Copyable {
  /// The next step of an actor.
  mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step
}
