/// Actors that each make the steps of a recording.
public struct RecordedProgram: Program {
  /// Which of the engine's resources an actor's recording means by its numbers.
  public struct Resources: Sendable, Hashable {
    /// The locks, by the recording's number.
    public var locks: [LockNumber] = []
    /// The bandwidths, by the recording's number.
    public var bandwidths: [BandwidthNumber] = []
    /// The devices, by the recording's number.
    public var devices: [DeviceNumber] = []

    /// No resources.
    public init() {}
  }

  /// An actor.
  struct Part: Sendable {
    let recording: Int32
    let resources: Int32
    /// When it starts.
    let start: VirtualTime
    /// Its gate, which it passes before it starts and leaves when it is ready.
    let gate: LockNumber?
    var segment: Int32 = 0
    var note: Int32 = 0
    var phase = Phase.starting
    var ready: VirtualTime?
  }

  enum Phase: UInt8, Sendable {
    case starting
    case entering
    case computing
    case operating
    case leaving
    case finished
  }

  private let recordings: [Recording]
  private let resources: [Resources]
  private var parts: [Part] = []
  /// What the recordings noted, when it happened.
  public private(set) var series: TimeSeries

  /// A program without actors.
  public init(_ recordings: [Recording], _ resources: [Resources], series: TimeSeries) {
    self.recordings = recordings
    self.resources = resources
    self.series = series
  }

  /// Adds an actor that starts at a moment, once it has passed a gate if there is one.
  public mutating func addActor(
    recording: Int, resources: Int, start: VirtualTime, gate: LockNumber? = nil
  ) {
    parts.append(
      Part(
        recording: Int32(recording), resources: Int32(resources), start: start, gate: gate))
  }

  /// How many actors there are.
  public var count: Int { parts.count }

  /// When an actor was ready, if its recording says so.
  public func ready(_ actor: ActorNumber) -> VirtualTime? { parts[actor.value].ready }

  /// The next step of an actor.
  public mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let number = actor.value
    while true {
      switch parts[number].phase {
      case .starting:
        parts[number].phase = .entering
        if parts[number].start > time { return .sleep(parts[number].start - time) }
      case .entering:
        parts[number].phase = .computing
        if let gate = parts[number].gate { return .lock(gate, shared: false) }
      case .computing:
        let recording = Int(parts[number].recording)
        let segment = Int(parts[number].segment)
        guard segment < recordings[recording].segments.count else {
          parts[number].phase = .finished
          continue
        }
        parts[number].phase = .operating
        return .compute(
          VirtualDuration(picoseconds: recordings[recording].segments[segment].compute))
      case .operating:
        if let step = operate(number, at: time) { return step }
      case .leaving:
        parts[number].phase = .computing
        if let gate = parts[number].gate { return .unlock(gate) }
      case .finished:
        return .finish
      }
    }
  }

  /// Notes what came with the segment that has been computed, and makes the step at its end.
  private mutating func operate(_ number: Int, at time: VirtualTime) -> Step? {
    let recording = Int(parts[number].recording)
    let segment = parts[number].segment
    while Int(parts[number].note) < recordings[recording].notes.count {
      let note = recordings[recording].notes[Int(parts[number].note)]
      guard note.segment == segment else { break }
      series.add(note.amount, to: Int(note.quantity), at: time)
      parts[number].note += 1
    }
    let place = recordings[recording].segments[Int(segment)]
    parts[number].segment += 1
    parts[number].phase = .computing
    if place.operation == .markReady {
      parts[number].ready = time
      parts[number].phase = .leaving
    }
    return resources[Int(parts[number].resources)].step(place)
  }
}

extension RecordedProgram.Resources {
  /// The step at the end of a segment; nothing where it has none for the engine.
  public func step(_ segment: Recording.Segment) -> Step? {
    let resource = Int(segment.resource)
    switch segment.operation {
    case .none, .markReady: return nil
    case .lockShared: return .lock(locks[resource], shared: true)
    case .lockAlone: return .lock(locks[resource], shared: false)
    case .unlock: return .unlock(locks[resource])
    case .move: return .move(bandwidths[resource], bytes: segment.amount)
    case .request: return .request(devices[resource], bytes: segment.amount)
    case .sleep: return .sleep(VirtualDuration(picoseconds: segment.amount))
    }
  }
}
