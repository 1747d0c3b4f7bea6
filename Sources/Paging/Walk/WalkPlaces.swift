/// An observer that notes where the table reads of the latest walk lie in the machine's memory.
public struct WalkPlaces: WalkObserver, Sendable {
  /// How many reads are noted at most: five levels over five take 35.
  public static let most = 40
  /// The table reads of the latest walk.
  public private(set) var count = 0
  private var places = InlineArray<40, UInt64>(repeating: 0)

  /// An observer that has seen no walk.
  public init() {}

  /// The place of a read.
  public subscript(number: Int) -> HostPhysical {
    precondition(number < count, "the latest walk has no read \(number)")
    return HostPhysical(places[number])
  }

  /// Forgets the walk before.
  @inline(__always)
  public mutating func start(_ address: GuestVirtual, _ access: Access) { count = 0 }

  /// Notes the read.
  @inline(__always)
  public mutating func step(_ step: WalkStep) {
    guard count < Self.most else { return }
    places[count] = step.place.value
    count &+= 1
  }

  /// Does nothing.
  @inline(__always)
  public mutating func fail(_ failure: WalkFailure) {}

  /// Does nothing.
  @inline(__always)
  public mutating func succeed(_ translation: Translation) {}
}
