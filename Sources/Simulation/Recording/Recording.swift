/// The steps of one actor, counted once, for all actors that make the same.
///
/// Between two steps that other actors may have to do with, everything is one piece of computing: a
/// recording is as long as the actor's dealings with others, not as its work.
public struct Recording: Sendable, Hashable {
  /// Something with which a piece of computing ends.
  enum Operation: UInt8, Sendable {
    case none
    case lockShared
    case lockAlone
    case unlock
    case move
    case request
    case read
    case sleep
    case markReady
  }

  /// A piece of computing and the operation at its end.
  public struct Segment: Sendable, Hashable {
    /// The computing before the operation, in picoseconds.
    public var compute: Int64 = 0
    /// Bytes, pages of a file, or picoseconds of sleep.
    var amount: Int64 = 0
    var operation = Operation.none
    /// Which lock, bandwidth, device or file, in the recording's own numbers.
    var resource: UInt16 = 0
    /// How much is noted at its end, where recordings are laid out for a run.
    var notes: UInt16 = 0

    /// Whether the actor is ready at the end.
    public var isReady: Bool { operation == .markReady }
  }

  /// What is noted in a segment; it counts as having happened at its end.
  public struct Note: Sendable, Hashable {
    var segment: Int32
    /// The quantity.
    public var quantity: Int32
    /// How much of it.
    public var amount: Int64

    /// Whether it is noted at the end of a segment.
    public func belongs(to segment: Int) -> Bool { self.segment == Int32(segment) }
  }

  private(set) var segments: [Segment] = []
  private(set) var notes: [Note] = []
  private var open = Segment()
  /// All that the actor computes.
  public private(set) var computing = VirtualDuration.zero

  /// A recording without a step.
  public init() {}

  /// How many pieces of computing there are.
  public var count: Int { segments.count }

  /// Computes for so long.
  public mutating func compute(_ duration: VirtualDuration) {
    open.compute += duration.picoseconds
    computing += duration
  }

  /// Notes that so much of a quantity came with what was computed last.
  public mutating func note(_ quantity: Int, _ amount: Int64) {
    let segment = Int32(segments.count)
    var last = notes.count - 1
    while last >= 0, notes[last].segment == segment {
      if notes[last].quantity == quantity {
        notes[last].amount += amount
        return
      }
      last -= 1
    }
    notes.append(Note(segment: segment, quantity: Int32(quantity), amount: amount))
  }

  /// Takes a lock of the recording's.
  public mutating func lock(_ lock: Int, shared: Bool) {
    end(shared ? .lockShared : .lockAlone, lock)
  }

  /// Releases a lock of the recording's.
  public mutating func unlock(_ lock: Int) { end(.unlock, lock) }

  /// Moves bytes through a bandwidth of the recording's.
  public mutating func move(_ bandwidth: Int, bytes: Int64) { end(.move, bandwidth, bytes) }

  /// Asks a device of the recording's for bytes.
  public mutating func request(_ device: Int, bytes: Int64) { end(.request, device, bytes) }

  /// Asks for pages of a file of the recording's.
  public mutating func read(_ cache: Int, _ read: PageRead) { end(.read, cache, read.word) }

  /// Sleeps for so long.
  public mutating func sleep(_ duration: VirtualDuration) { end(.sleep, 0, duration.picoseconds) }

  /// Is ready for what it was started for.
  public mutating func markReady() { end(.markReady, 0) }

  /// Ends a piece of computing that is longer than this, so that what it notes is noted by then.
  public mutating func breakLongComputing(after most: VirtualDuration) {
    if open.compute > most.picoseconds { end(.none, 0) }
  }

  /// Ends the last piece of computing.
  public mutating func finish() {
    if open.compute > 0 || notes.last?.segment == Int32(segments.count) { end(.none, 0) }
  }

  /// Ends what was recorded so far, and takes it out.
  public mutating func drain() -> (segments: [Segment], notes: [Note]) {
    finish()
    defer {
      segments.removeAll(keepingCapacity: true)
      notes.removeAll(keepingCapacity: true)
    }
    return (segments, notes)
  }

  private mutating func end(_ operation: Operation, _ resource: Int, _ amount: Int64 = 0) {
    open.operation = operation
    open.resource = UInt16(resource)
    open.amount = amount
    segments.append(open)
    open = Segment()
  }
}
