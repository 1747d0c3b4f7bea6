/// Actors that each make the steps of a recording.
public struct RecordedProgram: ~Copyable, Program {
  /// Which of the engine's resources an actor's recording means by its numbers.
  public struct Resources: Sendable, Hashable {
    /// The locks, by the recording's number.
    public var locks: [LockNumber] = []
    /// The bandwidths, by the recording's number.
    public var bandwidths: [BandwidthNumber] = []
    /// The devices, by the recording's number.
    public var devices: [DeviceNumber] = []
    /// The pages of files, by the recording's number.
    public var caches: [PageCacheNumber] = []

    /// No resources.
    public init() {}
  }

  /// An actor: which recording it makes, on what, and from when.
  public struct Actor: Sendable {
    let recording: Int
    let resources: Int
    let start: VirtualTime
    let gate: LockNumber?
    let delay: VirtualDuration
    let waits: TimeFactor

    /// An actor that starts at a moment, once it has passed a gate if there is one; it leaves that when
    /// it is ready.
    ///
    /// Behind the gate it sleeps for a delay, and its sleep takes so many times as long as the recording's.
    public init(
      recording: Int, resources: Int, start: VirtualTime, gate: LockNumber? = nil,
      delay: VirtualDuration = .zero, waits: TimeFactor = .one
    ) {
      self.recording = recording
      self.resources = resources
      self.start = start
      self.gate = gate
      self.delay = delay
      self.waits = waits
    }
  }

  struct Part {
    /// The next segment and note of all recordings', and where the actor's own end.
    var segment: Int
    let end: Int
    var note: Int
    var phase = Phase.starting
    let actor: Actor
    var ready: VirtualTime?
  }

  enum Phase: UInt8 {
    case starting
    case entering
    case delaying
    case computing
    case operating
    case leaving
    case finished
  }

  /// What is noted at the end of a segment.
  struct Note {
    let quantity: Int
    let amount: Int64
  }

  /// The segments of all recordings, one recording after another.
  private let segments: FlatRow<Recording.Segment>
  /// The notes of all segments in their order.
  private let notes: FlatRow<Note>
  private let resources: [Resources]
  private var parts: FlatRow<Part>
  /// What the recordings noted, when it happened.
  public private(set) var series: TimeSeries

  /// The program of some actors, each of which makes the steps of one of the recordings.
  public init(
    _ recordings: [Recording], _ resources: [Resources], series: TimeSeries, actors: [Actor]
  ) {
    var segments: [Recording.Segment] = []
    var notes: [Note] = []
    var starts: [(segment: Int, end: Int, note: Int)] = []
    for (number, recording) in recordings.enumerated() {
      // Machines that were counted one by one and do the same follow each other, and are laid out once.
      if number > 0, recording == recordings[number - 1] {
        starts.append(starts[number - 1])
        continue
      }
      starts.append((segments.count, segments.count + recording.count, notes.count))
      let first = segments.count
      segments += recording.segments
      for note in recording.notes {
        segments[first + Int(note.segment)].notes += 1
        notes.append(Note(quantity: Int(note.quantity), amount: note.amount))
      }
    }
    parts = FlatRow(
      actors.map {
        Part(
          segment: starts[$0.recording].segment, end: starts[$0.recording].end,
          note: starts[$0.recording].note, actor: $0)
      })
    self.segments = FlatRow(segments)
    self.notes = FlatRow(notes)
    self.resources = resources
    self.series = series
  }

  /// How many actors there are.
  public var count: Int { parts.count }

  /// When an actor was ready, if its recording says so.
  public func ready(_ actor: ActorNumber) -> VirtualTime? { parts[actor.value].ready }

  /// The next step of an actor.
  @inline(__always)
  public mutating func next(_ actor: ActorNumber, at time: VirtualTime) -> Step {
    let number = actor.value
    while true {
      switch parts[number].phase {
      case .computing:
        let segment = parts[number].segment
        guard segment < parts[number].end else {
          parts[number].phase = .finished
          continue
        }
        parts[number].phase = .operating
        return .compute(VirtualDuration(picoseconds: segments[segment].compute))
      case .operating:
        if let step = operate(number, at: time) { return step }
      case .starting:
        parts[number].phase = .entering
        let start = parts[number].actor.start
        if start > time { return .sleep(start - time) }
      case .delaying:
        parts[number].phase = .computing
        let delay = parts[number].actor.delay
        if delay > .zero { return .sleep(delay) }
      case .entering:
        parts[number].phase = .delaying
        if let gate = parts[number].actor.gate { return .lock(gate, shared: false) }
      case .leaving:
        parts[number].phase = .computing
        if let gate = parts[number].actor.gate { return .unlock(gate) }
      case .finished:
        return .finish
      }
    }
  }

  /// Notes what came with the segment that has been computed, and makes the step at its end.
  @inline(__always)
  private mutating func operate(_ number: Int, at time: VirtualTime) -> Step? {
    let place = parts[number].segment
    var note = parts[number].note
    let segment = segments[place]
    for _ in 0..<segment.notes {
      series.add(notes[note].amount, to: notes[note].quantity, at: time)
      note += 1
    }
    parts[number].note = note
    parts[number].segment = place + 1
    parts[number].phase = .computing
    if segment.operation == .markReady {
      parts[number].ready = time
      parts[number].phase = .leaving
    }
    return resources[parts[number].actor.resources].step(
      segment, waits: parts[number].actor.waits)
  }
}

extension RecordedProgram.Resources {
  /// The step at the end of a segment; nothing where it has none for the engine.
  ///
  /// Sleep takes so many times as long.
  public func step(_ segment: Recording.Segment, waits: TimeFactor = .one) -> Step? {
    let resource = Int(segment.resource)
    switch segment.operation {
    case .none, .markReady: return nil
    case .lockShared: return .lock(locks[resource], shared: true)
    case .lockAlone: return .lock(locks[resource], shared: false)
    case .unlock: return .unlock(locks[resource])
    case .move: return .move(bandwidths[resource], bytes: segment.amount)
    case .request: return .request(devices[resource], bytes: segment.amount)
    case .read: return .read(caches[resource], PageRead(word: segment.amount))
    case .sleep: return .sleep(waits(VirtualDuration(picoseconds: segment.amount)))
    }
  }
}
