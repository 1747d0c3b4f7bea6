/// Where an actor's time went.
public struct ActorTimes: Sendable, Hashable {
  /// On a processor, at its own work.
  public internal(set) var computing = VirtualDuration.zero
  /// On a processor, moving bytes through a shared bandwidth.
  public internal(set) var moving = VirtualDuration.zero
  /// On a processor, waiting for a lock.
  public internal(set) var spinning = VirtualDuration.zero
  /// On a processor, waiting for the cache line of a word that others write too.
  public internal(set) var stalled = VirtualDuration.zero
  /// On a processor, being switched to.
  public internal(set) var switching = VirtualDuration.zero
  /// Ready to run, waiting for a processor.
  public internal(set) var queued = VirtualDuration.zero
  /// Asleep, waiting for a lock.
  public internal(set) var locked = VirtualDuration.zero
  /// Asleep, waiting for a device.
  public internal(set) var onDevices = VirtualDuration.zero
  /// Asleep because it wanted to, or until another actor woke it.
  public internal(set) var asleep = VirtualDuration.zero
  /// When it was done.
  public internal(set) var finished: VirtualTime?

  /// The time on processors.
  public var running: VirtualDuration { computing + moving + spinning + stalled + switching }

  /// All time that is accounted for.
  public var total: VirtualDuration { running + queued + locked + onDevices + asleep }
}
