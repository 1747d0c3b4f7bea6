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

  init(
    _ study: MigrationStudy, machine number: Int, defect: MigrationDefect = .none
  ) throws(MigrationError) {
    self.study = study
    self.defect = defect
    link = study.ownLink
    guest = try WritingGuest.one(of: study, machine: number, defect: defect)
    arrived = Array(repeating: 0, count: guest.pages)
    sent = PageBits(pages: guest.pages)
    left = PageBits(pages: guest.pages, isFull: true)
  }

  /// Starts to track writes, and plays rounds until what is left can be sent within the downtime.
  mutating func run() throws(MigrationError) {
    setup = try guest.startLog()
    time = setup
    try guest.run(to: time)
    let most = study.postcopy.map { min($0.afterRounds, study.precopy.mostRounds) }
    while rounds.count < most ?? study.precopy.mostRounds {
      try round()
      let last = rounds[rounds.count - 1]
      if last.expectedDowntime <= study.precopy.downtimePicoseconds {
        isConverged = true
        return
      }
      if time >= study.precopy.longestPicoseconds { return }
      brake(after: last)
    }
  }

  /// Sends all that is left once, and finds what was written meanwhile.
  private mutating func round() throws(MigrationError) {
    var round = PrecopyRound(
      at: time, throttlePercent: guest.throttlePercent, hasDirtyLimit: guest.dirtyLimit != nil)
    let faults = guest.ledger.exits
    let writes = guest.writes
    try send(&round, whileRunning: true)
    if defect == .clearsLate { try clearLate(&round) } else { try collect(&round) }
    round.writes = guest.writes - writes
    round.faults = guest.ledger.exits - faults
    rounds.append(round)
  }

  private mutating func collect(_ round: inout PrecopyRound) throws(MigrationError) {
    let (pages, took) = guest.collect(at: time)
    left = pages
    round.dirtied = pages.count
    round.logging += took
    round.expectedDowntime = link.picoseconds(UInt64(round.dirtied) * link.pageBytes)
    time += took
    try guest.run(to: time)
  }

  /// Sends what is left.
  private mutating func send(
    _ round: inout PrecopyRound, whileRunning isRunning: Bool
  ) throws(MigrationError) {
    let start = time
    var cleared: Int64 = 0
    var scanned = 0
    let chunk = Int(max(study.tracking.chunkBytes, 4096) >> 12)
    var clearedTo = 0
    let clearsChunks = isRunning && study.tracking.mechanism == .initiallyAllSet
    var next = left.next(from: 0)
    while next != nil {
      var bytes: UInt64 = 0
      var count = 0
      while count < Self.batch, let page = next {
        if clearsChunks, page >= clearedTo {
          let first = page / chunk * chunk
          clearedTo = min(first + chunk, guest.pages)
          let took = guest.clear(first..<clearedTo, at: time)
          cleared += took
          time += took
          try guest.run(to: time)
        }
        bytes += write(page, &round)
        count += 1
        next = left.next(from: page + 1)
      }
      scanned += count
      round.bytes += bytes
      let before = time
      time =
        start + cleared
        + max(link.picoseconds(round.bytes), link.scanPicoseconds(pages: scanned))
      guest.series.add(Int64(bytes), to: .sent, at: before)
      if isRunning { try guest.run(to: time) }
    }
    round.sending = time - start - cleared
    round.logging += cleared
  }

  /// Writes a page to the stream as it is now, and gives the bytes that this takes.
  private mutating func write(_ page: Int, _ round: inout PrecopyRound) -> UInt64 {
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

  // MARK: The end

  /// Stops the guest, and sends the rest if that is asked; gives the downtime.
  mutating func stop(sendingRest sendsRest: Bool) throws(MigrationError) -> PrecopyRound {
    var last = PrecopyRound(
      at: time, throttlePercent: guest.throttlePercent, hasDirtyLimit: guest.dirtyLimit != nil)
    if defect == .forgetsLastLog {
      time += 10_000_000_000
      try guest.run(to: time)
    }
    let stopped = time
    if defect != .forgetsLastLog {
      let (pages, took) = guest.collect(at: time)
      left.formUnion(pages)
      time += took
      last.logging = took
    }
    if sendsRest { try send(&last, whileRunning: false) }
    last.dirtied = left.count
    time += link.picoseconds(study.stateBytes) + link.latencyPicoseconds
    guest.stop(from: stopped, to: time)
    return last
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

  /// The defect of who asks what was written, lets the guest go on, and then clears all.
  private mutating func clearLate(_ round: inout PrecopyRound) throws(MigrationError) {
    try collect(&round)
    try guest.run(to: time + 1_000_000_000)
    _ = guest.collect(at: time)
  }
}
