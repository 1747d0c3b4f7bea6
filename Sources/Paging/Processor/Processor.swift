/// The translating part of a processor, set up by an ISA's registers.
///
/// A processor translates one access at a time on a memory that it is handed; it has no TLB, so
/// every translation walks. What the walk finds is either a ``Translation`` or a ``WalkFailure``,
/// and a failure becomes what the architecture tells of it by ``report(_:)``.
public protocol Processor: ~Copyable {
  /// The ISA's registers.
  associatedtype Registers: Sendable

  /// A processor with these registers.
  init(_ registers: Registers) throws(RegisterError)

  /// Takes over new registers; on an error the old ones stay.
  mutating func set(_ registers: Registers) throws(RegisterError)

  /// Translates one access, and leaves the accessed and dirty bits as the hardware would.
  func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory
  ) throws(WalkFailure) -> Translation

  /// Translates one access under the eyes of an observer.
  func translate<Observer: WalkObserver>(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    observer: inout Observer
  ) throws(WalkFailure) -> Translation

  /// Translates one access through the TLBs and walk caches of a virtual processor.
  ///
  /// It arrives where a walk arrives, fails as a walk fails and leaves the same accessed and dirty
  /// bits, as long as every edit of the tables was followed by the invalidations that the architecture
  /// asks for.
  func translate(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    through caches: inout TranslationCaches
  ) throws(WalkFailure) -> CachedTranslation

  /// Translates one access through the TLBs and walk caches of a virtual processor, and shows the walk,
  /// if one is needed, to an observer.
  func translate<Observer: WalkObserver>(
    _ address: GuestVirtual, _ access: Access, in memory: inout PhysicalMemory,
    through caches: inout TranslationCaches, observer: inout Observer
  ) throws(WalkFailure) -> CachedTranslation

  /// What a maintenance instruction, executed with these registers, makes caches forget; nothing where
  /// it only waits.
  func flush(_ instruction: MaintenanceInstruction) -> CacheFlush?

  /// Whose tables the registers lead to, as maintenance instructions name it.
  var maintenanceContext: MaintenanceContext { get }

  /// The format of the guest's tables that translate an address; nothing where stage 1 is off.
  func guestFormat(for address: GuestVirtual) -> GuestFormat?

  /// The format of the hypervisor's tables; nothing where stage 2 is off.
  var hostFormat: HostFormat? { get }

  /// What the architecture tells of a failure.
  func report(_ failure: WalkFailure) -> FaultReport
}

extension WalkContext {
  /// The translation whose walk has arrived.
  @inline(__always)
  func translation(_ arrival: WalkArrival) -> Translation {
    Translation(
      hostPhysical: HostPhysical(arrival.hostPhysical),
      guestPhysical: GuestPhysical(arrival.guestPhysical), guestEntry: guestEntry,
      hostEntry: hostEntry, guestPageShift: UInt8(truncatingIfNeeded: arrival.guestShift),
      hostPageShift: UInt8(truncatingIfNeeded: arrival.hostShift), reads: reads, updates: updates)
  }

  /// The failure of the translation that this walk served.
  ///
  /// It changes nothing, but a method that does not would work on a copy of the context.
  @inline(never)
  mutating func failure(of address: GuestVirtual, _ access: Access) -> WalkFailure {
    failureInPlace(of: address, access)
  }

  /// The same as part of its caller, which then takes from it what it needs: a copy of the whole would wait
  /// until its parts have reached the cache.
  @inline(__always)
  mutating func failureInPlace(of address: GuestVirtual, _ access: Access) -> WalkFailure {
    guard let failure else { preconditionFailure("a walk that did not stop has no failure") }
    return WalkFailure(
      stage: failure.stage, reason: failure.reason, level: failure.level, context: failure.context,
      made: failure.made, asked: access, guestVirtual: address,
      guestPhysical: failure.guestPhysical, guestLevel: failure.guestLevel, entry: failure.entry,
      absentPlace: failure.absentPlace, updates: updates, accumulated: failure.accumulated,
      guestAccumulated: failure.guestAccumulated)
  }
}
