import Paging

/// The steps of a guest, one after another; making a step allocates nothing but where touches change places.
///
/// Steps are made some hundred at a time. To look into a profile is to count a reference to it, and
/// machines that are played side by side on several threads share theirs: they would wait for one another
/// at each step.
public struct GuestSteps: Sequence, IteratorProtocol, Sendable {
  private enum Stage { case start, work, wait, ready }

  private let profile: GuestProfile
  private var phase = 0
  private var stage = Stage.start
  /// How long the processor has worked in this phase, as told by steps.
  private var told: UInt64 = 0
  /// The steps that were made together, and which of them is next.
  private var made: [GuestStep] = []
  private var place = 0
  /// About how many steps are made together.
  private static let most = 256

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
  @inline(__always)
  public mutating func next() -> GuestStep? {
    varied == nil ? nextOfProfile() : nextVaried()
  }

  @inline(never)
  private mutating func nextVaried() -> GuestStep? {
    guard var steps = varied else { return nil }
    // Taken out meanwhile, so that it has its array alone.
    varied = nil
    defer { varied = steps }
    return steps.next { nextOfProfile() }
  }

  @inline(__always)
  private mutating func nextOfProfile() -> GuestStep? {
    if place == made.count, !makeSteps() { return nil }
    let step = made[place]
    place &+= 1
    return step
  }

  /// Makes the next steps, and says whether there are any.
  @inline(never)
  private mutating func makeSteps() -> Bool {
    made.removeAll(keepingCapacity: true)
    place = 0
    while made.isEmpty, phase < profile.phases.count {
      switch stage {
      case .start:
        begin()
        stage = .work
        made.append(.phase(phase))
      case .work: if work() { stage = .wait }
      case .wait:
        stage = .ready
        let wait = profile.phases[phase].waitNanoseconds
        if wait > 0 { made.append(.wait(wait)) }
      case .ready:
        if profile.phases[phase].endsReady { made.append(.ready) }
        phase += 1
        stage = .start
      }
    }
    return !made.isEmpty
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

  /// Makes steps of a phase's work, and says whether these were its last.
  private mutating func work() -> Bool {
    switch profile.phases[phase].work {
    case .recorded(let number):
      guard let recording = profile.recording else { return true }
      return recorded(recording, number)
    case .runs(let runs, let nanoseconds): return inRuns(runs, nanoseconds)
    }
  }

  /// Tells the work up to a time of the phase.
  private mutating func work(until time: UInt64) {
    guard time > told else { return }
    made.append(.compute(time - told))
    told = time
  }

  private mutating func recorded(_ recording: ScaledRecording, _ number: Int) -> Bool {
    let start = recording.phaseInstructions[number]
    while index < end {
      guard made.count < Self.most else { return false }
      let touch = recording.touches[index]
      let time = UInt64(touch.tick) * BootTrace.tickInstructions
      let since = time > start ? time - start : 0
      let place = recording.places[Int(touch.page)]
      guard touch.use == .structPages, touch.novelty == .page else {
        index += 1
        work(until: nanoseconds(recording, since))
        made.append(.touch(guest(touch, place)))
        continue
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
      work(until: nanoseconds(recording, since))
      made.append(.touch(guest(touch, page)))
    }
    work(until: profile.computeNanoseconds(phase))
    return true
  }

  /// The time of an instruction of the phase; where the array has shrunk, what is left out counts back.
  private func nanoseconds(_ recording: ScaledRecording, _ since: UInt64) -> UInt64 {
    let sum = Int64(bitPattern: since &+ grown)
    return sum > 0 ? recording.nanoseconds(UInt64(sum)) : 0
  }

  private func guest(_ touch: ScaledRecording.Touch, _ page: UInt64) -> GuestTouch {
    GuestTouch(GuestPhysical(page << 12), touch.kind, touch.novelty, touch.use)
  }

  private mutating func inRuns(_ runs: [GuestPhase.Run], _ nanoseconds: UInt64) -> Bool {
    while run < runs.count {
      guard made.count < Self.most else { return false }
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
      work(until: total.dividingFullWidth(share).quotient)
      made.append(
        .touch(
          GuestTouch(GuestPhysical(page << 12), current.kind, current.novelty, current.use)))
    }
    work(until: nanoseconds)
    return true
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
