/// What an actor does next.
public enum Step: Sendable, Hashable {
  /// Computes for so long on a processor of the host.
  case compute(VirtualDuration)
  /// Moves so many bytes through a bandwidth that is shared, while it computes.
  case move(BandwidthNumber, bytes: Int64)
  /// Takes a lock, alone or beside others that share it.
  case lock(LockNumber, shared: Bool)
  /// Releases a lock.
  case unlock(LockNumber)
  /// Writes a word that other processors write too, once its cache line is there.
  case write(SharedWordNumber)
  /// Asks a device for so many bytes, and sleeps until they are there.
  case request(DeviceNumber, bytes: Int64)
  /// Asks for pages of a file, and sleeps until they are there if they aren't.
  case read(PageCacheNumber, PageRead)
  /// Sleeps for so long.
  case sleep(VirtualDuration)
  /// Waits, asleep, until another actor wakes it.
  case wait
  /// Lets an actor that waits go on.
  case wake(ActorNumber)
  /// Is done.
  case finish
}

/// Which actor: the order of their numbers decides between steps at one moment.
public struct ActorNumber: Sendable, Hashable {
  /// The number, from 0.
  public let value: Int

  /// The actor with this number.
  public init(_ value: Int) { self.value = value }
}

/// Which lock of an engine.
public struct LockNumber: Sendable, Hashable {
  /// The number, from 0, in the order in which locks were added.
  public let value: Int
}

/// Which shared word of an engine.
public struct SharedWordNumber: Sendable, Hashable {
  let value: Int
}

/// Which device of an engine.
public struct DeviceNumber: Sendable, Hashable {
  let value: Int
}

/// Which file's pages of an engine.
public struct PageCacheNumber: Sendable, Hashable {
  let value: Int
}

/// Which bandwidth of an engine.
public struct BandwidthNumber: Sendable, Hashable {
  let value: Int
}
