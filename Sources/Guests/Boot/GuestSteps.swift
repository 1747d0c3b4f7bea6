import Paging

/// The steps of a guest, one after another; making a step allocates nothing but where touches change places.
public struct GuestSteps: Sequence, IteratorProtocol, Sendable {
  private enum Stage { case start, work, wait, ready }

  private let profile: GuestProfile
  private var phase = 0
  private var stage = Stage.start
  /// How long the processor has worked in this phase, as told by steps.
  private var told: UInt64 = 0
  /// A touch that comes after the work before it.
  private var pending: GuestTouch?

  // A recorded phase.
  private var index = 0
  private var end = 0
  private var more: UInt32 = 0
  private var grown: UInt64 = 0

  // A phase of runs.
  private var run = 0
  private var done: UInt64 = 0
  private var doneBefore: UInt64 = 0
  private var total: UInt64 = 0

  /// What a variant makes of the steps.
  private var varied: VariedSteps?

  init(_ profile: GuestProfile) {
    self.profile = profile
    varied = profile.variant.map(VariedSteps.init)
  }

  /// The next step; nothing after the last phase.
  public mutating func next() -> GuestStep? {
    guard var steps = varied else { return nextOfProfile() }
    // Taken out meanwhile, so that it has its array alone.
    varied = nil
    defer { varied = steps }
    return steps.next { nextOfProfile() }
  }

  private mutating func nextOfProfile() -> GuestStep? {
    if let touch = pending {
      pending = nil
      return .touch(touch)
    }
    while phase < profile.phases.count {
      switch stage {
      case .start:
        begin()
        stage = .work
        return .phase(phase)
      case .work:
        if let step = work() { return step }
        stage = .wait
      case .wait:
        stage = .ready
        let wait = profile.phases[phase].waitNanoseconds
        if wait > 0 { return .wait(wait) }
      case .ready:
        let isReady = profile.phases[phase].endsReady
        phase += 1
        stage = .start
        if isReady { return .ready }
      }
    }
    return nil
  }

  private mutating func begin() {
    told = 0
    grown = 0
    more = 0
    run = 0
    done = 0
    doneBefore = 0
    switch profile.phases[phase].work {
    case .runs(let runs, _): total = runs.reduce(0) { $0 + $1.count }
    case .recorded(let number):
      index = profile.recording?.phaseTouches[number] ?? 0
      end = profile.recording?.phaseTouches[number + 1] ?? 0
    }
  }

  private mutating func work() -> GuestStep? {
    switch profile.phases[phase].work {
    case .recorded(let number):
      guard let recording = profile.recording else { return nil }
      return recorded(recording, number)
    case .runs(let runs, let nanoseconds): return inRuns(runs, nanoseconds)
    }
  }

  /// Tells the work up to a time of the phase, and then the touch.
  private mutating func step(_ time: UInt64, _ touch: GuestTouch?) -> GuestStep? {
    guard time > told else { return touch.map { .touch($0) } }
    let work = time - told
    told = time
    pending = touch
    return .compute(work)
  }

  private mutating func recorded(_ recording: ScaledRecording, _ number: Int) -> GuestStep? {
    let start = recording.phaseInstructions[number]
    while index < end {
      let touch = recording.touches[index]
      let time = UInt64(touch.tick) * BootTrace.tickInstructions
      let since = time > start ? time - start : 0
      let place = recording.places[Int(touch.page)]
      guard touch.use == .structPages, touch.novelty == .page else {
        index += 1
        return step(nanoseconds(recording, since), guest(touch, place))
      }
      // A page of the array of struct pages stands for as many as the array has grown.
      let count = recording.counts[Int(touch.page)]
      if more == count {
        more = 0
        index += 1
        if count == 0 { grown = grown &- recording.structPageInstructions }
        continue
      }
      if more > 0 { grown = grown &+ recording.structPageInstructions }
      let page = place + UInt64(more)
      more += 1
      return step(nanoseconds(recording, since), guest(touch, page))
    }
    return step(profile.computeNanoseconds(phase), nil)
  }

  /// The time of an instruction of the phase; where the array has shrunk, what is left out counts back.
  private func nanoseconds(_ recording: ScaledRecording, _ since: UInt64) -> UInt64 {
    let sum = Int64(bitPattern: since &+ grown)
    return sum > 0 ? recording.nanoseconds(UInt64(sum)) : 0
  }

  private func guest(_ touch: ScaledRecording.Touch, _ page: UInt64) -> GuestTouch {
    GuestTouch(GuestPhysical(page << 12), touch.kind, touch.novelty, touch.use)
  }

  private mutating func inRuns(_ runs: [GuestPhase.Run], _ nanoseconds: UInt64) -> GuestStep? {
    while run < runs.count {
      let current = runs[run]
      guard done < current.count else {
        run += 1
        doneBefore += done
        done = 0
        continue
      }
      let page = current.page &+ done &* current.stride
      done += 1
      let share = nanoseconds.multipliedFullWidth(by: doneBefore + done)
      let time = total.dividingFullWidth(share).quotient
      return step(
        time, GuestTouch(GuestPhysical(page << 12), current.kind, current.novelty, current.use))
    }
    return step(nanoseconds, nil)
  }
}

extension ScaledRecording {
  /// The instructions that a phase takes more (or, wrapped, less) than the recorded one, for the struct
  /// pages that are first touched in it.
  func grownInstructions(_ phase: Int) -> UInt64 {
    var pages: Int64 = 0
    for touch in touches[phaseTouches[phase]..<phaseTouches[phase + 1]]
    where touch.use == .structPages && touch.novelty == .page {
      pages += Int64(counts[Int(touch.page)]) - 1
    }
    let grown = pages * Int64(structPageInstructions)
    let least = -Int64(phases[phase].instructions)
    return UInt64(bitPattern: max(grown, least))
  }
}
