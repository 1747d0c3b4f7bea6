import Costs
import Hypervisor

/// Moves a guest in rounds: what is left of it when they end, and what was sent.
struct PrecopyRun: ~Copyable {
  private let study: MigrationStudy
  private let link: MigrationLink
  var guest: WritingGuest
  /// What each page holds at the destination.
  private(set) var arrived: [UInt32]
  /// Which pages have ever been sent.
  private var sent: PageBits
  /// The pages that have to be sent.
  private(set) var left: PageBits
  private(set) var time: Int64 = 0
  private(set) var rounds: [PrecopyRound] = []
  private(set) var setup: Int64 = 0
  private(set) var isConverged = false
  private var triggers = 0
  /// When the rounds were last judged, and the pages written and the bytes sent since then.
  private var judged: Int64 = 0
  private var writtenSince: UInt64 = 0
  private var sentSince: UInt64 = 0
  /// What goes wrong, for tests that must notice it.
  private let defect: MigrationDefect

  /// The pages that are handed to the stream at once: 512 KiB of them, as QEMU's multifd does.
  private static let batch = 128
  /// The time after which rounds are judged together, as QEMU's migration_bitmap_sync does: short ones
  /// add up until more than a second has passed.
  private static let leastJudged: Int64 = 1_000_000_000_000

  /// What has to end before the next step.
  private enum Stage {
    case before, starting, clearing, passing, scanning, collecting
    case lingering, collectingLast, movingState, arriving, ended
  }

  private var stage = Stage.before
  /// The round that is under way.
  private var round = PrecopyRound(at: 0, throttlePercent: 0, hasDirtyLimit: false)
  private var faultsBefore: UInt64 = 0
  private var writesBefore: UInt64 = 0
  /// Since when its pages are sent, how long chunks of the log were cleared meanwhile, and up to which page.
  private var sendingSince: Int64 = 0
  private var cleared: Int64 = 0
  private var clearedTo = 0
  /// The pages of the round in which zeros were looked for, and the next one to send.
  private var scanned = 0
  private var next: Int?
  /// The batch that is filled.
  private var batchBytes: UInt64 = 0
  private var batchPages = 0
  /// What the machine would have of the link at the last step, in bits a second.
  private var share: UInt64 = 0
  /// How it ended, and when the guest was stopped.
  private(set) var end: MigrationOutcome.End?
  private var isStopped = false
  private(set) var stopped: Int64 = 0
  /// What was sent when the guest had stopped.
  private(set) var last: PrecopyRound?

  init(
    _ study: MigrationStudy, machine number: Int, defect: MigrationDefect = .none
  ) throws(MigrationError) {
    self.study = study
    self.defect = defect
    link = study.link
    guest = try WritingGuest.one(of: study, machine: number, defect: defect)
    arrived = Array(repeating: 0, count: guest.pages)
    sent = PageBits(pages: guest.pages)
    left = PageBits(pages: guest.pages, isFull: true)
  }

  /// What comes next when the last step has ended, at a moment at which the machine would have so much of
  /// the link.
  mutating func step(
    at now: Int64, bitsPerSecond: UInt64
  ) throws(MigrationError) -> LinkStep {
    time = now
    share = bitsPerSecond
    switch stage {
    case .before:
      setup = try guest.startLog()
      return wait(setup, .starting)
    case .starting:
      try guest.run(to: time)
      return try beginRound()
    case .clearing:
      try guest.run(to: time)
      return try fillBatch()
    case .passing:
      let looked = sendingSince + cleared + link.scanPicoseconds(pages: scanned)
      if looked > time { return wait(looked - time, .scanning) }
      return try endBatch()
    case .scanning: return try endBatch()
    case .collecting: return try endRound()
    case .lingering:
      try guest.run(to: time)
      return try beginLast()
    case .collectingLast: return try beginLast()
    case .movingState: return wait(link.latencyPicoseconds, .arriving)
    case .arriving:
      guest.stop(from: stopped, to: time)
      stage = .ended
      return .done
    case .ended: return .done
    }
  }

  private mutating func wait(_ picoseconds: Int64, _ stage: Stage) -> LinkStep {
    self.stage = stage
    return .wait(until: time + picoseconds)
  }

  // MARK: Rounds

  /// Begins to send all that is left, or comes to an end where there may be no more rounds.
  private mutating func beginRound() throws(MigrationError) -> LinkStep {
    let most = study.postcopy.map { min($0.afterRounds, study.precopy.mostRounds) }
    guard rounds.count < most ?? study.precopy.mostRounds else { return try finish() }
    round = PrecopyRound(
      at: time, throttlePercent: guest.throttlePercent, hasDirtyLimit: guest.dirtyLimit != nil)
    faultsBefore = guest.ledger.exits
    writesBefore = guest.writes
    return try beginSending()
  }

  private mutating func beginSending() throws(MigrationError) -> LinkStep {
    sendingSince = time
    cleared = 0
    clearedTo = 0
    scanned = 0
    batchBytes = 0
    batchPages = 0
    next = left.next(from: 0)
    return try fillBatch()
  }

  /// Hands pages to the stream until a batch is full; a chunk's log is cleared before its first page.
  private mutating func fillBatch() throws(MigrationError) -> LinkStep {
    let chunk = Int(max(study.tracking.chunkBytes, 4096) >> 12)
    let clearsChunks = !isStopped && study.tracking.mechanism == .initiallyAllSet
    while batchPages < Self.batch, let page = next {
      if clearsChunks, page >= clearedTo {
        let first = page / chunk * chunk
        clearedTo = min(first + chunk, guest.pages)
        let took = guest.clear(first..<clearedTo, at: time)
        cleared += took
        return wait(took, .clearing)
      }
      batchBytes += write(page)
      batchPages += 1
      next = left.next(from: page + 1)
    }
    guard batchPages > 0 else { return endSending() }
    let isFirst = scanned == 0
    scanned += batchPages
    round.bytes += batchBytes
    guest.series.add(Int64(batchBytes), to: .sent, at: time)
    stage = .passing
    return .send(batchBytes, begins: isFirst)
  }

  private mutating func endBatch() throws(MigrationError) -> LinkStep {
    if !isStopped { try guest.run(to: time) }
    batchBytes = 0
    batchPages = 0
    return try next == nil ? endSending() : fillBatch()
  }

  private mutating func endSending() -> LinkStep {
    round.sending = time - sendingSince - cleared
    guard !isStopped else { return endLast() }
    round.logging += cleared
    let (pages, took) = guest.collect(at: time)
    left = pages
    round.dirtied = pages.count
    round.logging += took
    var own = link
    own.bitsPerSecond = share
    round.bitsPerSecond = own.usableBitsPerSecond
    round.expectedDowntime = own.picoseconds(UInt64(round.dirtied) * link.pageBytes)
    return wait(took, .collecting)
  }

  private mutating func endRound() throws(MigrationError) -> LinkStep {
    try guest.run(to: time)
    if defect == .clearsLate {
      // Who asks what was written lets the guest go on, and then clears all.
      try guest.run(to: time + 1_000_000_000)
      _ = guest.collect(at: time)
    }
    round.writes = guest.writes - writesBefore
    round.faults = guest.ledger.exits - faultsBefore
    rounds.append(round)
    if round.expectedDowntime <= study.precopy.downtimePicoseconds {
      isConverged = true
      return try finish()
    }
    if time >= study.precopy.longestPicoseconds { return try finish() }
    brake(after: round)
    return try beginRound()
  }

  // MARK: The end

  /// Stops the guest, unless its rounds did not come to an end and nothing moves it all the same.
  private mutating func finish() throws(MigrationError) -> LinkStep {
    let end: MigrationOutcome.End =
      isConverged
      ? .converged
      : study.postcopy != nil ? .postcopy : study.precopy.forcesSwitch ? .forced : .gaveUp
    self.end = end
    guard end != .gaveUp else {
      stage = .ended
      return .done
    }
    isStopped = true
    stopped = time
    round = PrecopyRound(
      at: time, throttlePercent: guest.throttlePercent, hasDirtyLimit: guest.dirtyLimit != nil)
    guard defect != .forgetsLastLog else { return wait(10_000_000_000, .lingering) }
    let (pages, took) = guest.collect(at: time)
    left.formUnion(pages)
    round.logging = took
    return wait(took, .collectingLast)
  }

  private mutating func beginLast() throws(MigrationError) -> LinkStep {
    try end == .postcopy ? endLast() : beginSending()
  }

  private mutating func endLast() -> LinkStep {
    round.dirtied = left.count
    last = round
    guard study.stateBytes > 0 else { return wait(link.latencyPicoseconds, .arriving) }
    stage = .movingState
    return .send(study.stateBytes, begins: true)
  }

  /// Writes a page to the stream as it is now, and gives the bytes that this takes.
  private mutating func write(_ page: Int) -> UInt64 {
    let content = guest.contents[page]
    round.pages += 1
    if sent[page], arrived[page] == content { round.samePages += 1 }
    sent.insert(page)
    arrived[page] = content
    guard content == 0, link.findsZeroPages else { return link.pageBytes }
    round.zeroPages += 1
    return link.zeroPageBytes
  }

  /// Slows the guest down where it has written too much twice.
  private mutating func brake(after round: PrecopyRound) {
    guard study.precopy.brake != .none else { return }
    writtenSince += UInt64(round.dirtied) * 4096
    sentSince += round.bytes
    guard time - judged > Self.leastJudged else { return }
    let isTooMuch = writtenSince * 100 > sentSince * UInt64(study.precopy.triggerPercent)
    judged = time
    writtenSince = 0
    sentSince = 0
    guard isTooMuch else { return }
    triggers += 1
    guard triggers >= 2 else { return }
    triggers = 0
    switch study.precopy.brake {
    case .none: break
    case .throttle(let initial, let increment, let most):
      guest.throttlePercent =
        guest.throttlePercent == 0
        ? min(initial, most) : min(guest.throttlePercent + increment, most)
    case .dirtyLimit(let bytesPerSecond): guest.limitWrites(to: bytesPerSecond, from: time)
    }
  }

  /// The pages whose contents at the destination are not those that the guest stopped with.
  ///
  /// Those that are still to come don't count.
  func lostPages(exceptLeft: Bool) -> Int {
    var lost = 0
    for page in 0..<guest.pages where guest.contents[page] != arrived[page] {
      if exceptLeft, left[page] { continue }
      lost += 1
    }
    return lost
  }
}
