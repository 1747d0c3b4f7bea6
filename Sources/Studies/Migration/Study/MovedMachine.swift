import Costs
import Hypervisor

/// A machine on its way: its rounds, and then what follows it.
///
/// Moments are counted from the start of all machines; the machine's own from its own start.
final class MovedMachine {
  private let study: MigrationStudy
  private let number: Int
  /// Its place among all that are moved.
  let place: Int
  /// When it begins.
  let start: Int64
  private let sender: Int
  private let defect: MigrationDefect
  /// When it does something without the link.
  private(set) var next: Int64
  /// When the link and its place are free, once that is known.
  private(set) var left: Int64?
  private var precopy: Owner<PrecopyRun>?
  private var arrival: Owner<ArrivalRun>?
  private var before = Ledger()
  private var outcome: MigrationOutcome?

  /// Keeps a value that can't be copied.
  private final class Owner<Value: ~Copyable> {
    var value: Value

    init(_ value: consuming Value) { self.value = value }
  }

  /// A machine that begins at a moment, and sends as one of those that share a link.
  init(
    _ part: SharedMove.Part, place: Int, sender: Int, at start: Int64,
    defect: MigrationDefect = .none
  ) {
    study = part.study
    number = part.number
    self.place = place
    self.sender = sender
    self.start = start
    self.defect = defect
    next = start
  }

  /// Does what comes next, at the moment of `next`.
  func resume(_ link: inout SharedLink) throws(MigrationError) {
    guard let arrival else { return try step(at: next, &link) }
    try arrival.value.advance()
    let now = next
    next = start + arrival.value.next
    fillStreams(at: now, &link)
  }

  /// The bytes of a stream have passed.
  func endPassing(
    _ channel: PageStream.Channel, at now: Int64, _ link: inout SharedLink
  ) throws(MigrationError) {
    link.end(SharedLink.stream(sender, channel.rawValue), at: now)
    guard let arrival else { return try step(at: now, &link) }
    arrival.value.endPassing(channel, at: now - start)
    next = start + arrival.value.next
    fillStreams(at: now, &link)
    if !arrival.value.usesLink { left = start + arrival.value.complete }
  }

  private func fillStreams(at now: Int64, _ link: inout SharedLink) {
    arrival?.value.fillStreams(
      { channel, bytes in
        link.send(bytes, in: SharedLink.stream(sender, channel.rawValue), at: now)
      }, at: now - start)
  }

  // MARK: Rounds

  private func step(at now: Int64, _ link: inout SharedLink) throws(MigrationError) {
    let run: Owner<PrecopyRun>
    if let precopy {
      run = precopy
    } else {
      run = Owner(try PrecopyRun(study, machine: number, defect: defect))
      before = run.value.guest.ledger
      precopy = run
    }
    switch try run.value.step(at: now - start, bitsPerSecond: link.share(of: sender)) {
    case .wait(let until): next = start + until
    case .send(let bytes, let begins):
      next = .max
      let stream = SharedLink.stream(sender, PageStream.Channel.main.rawValue)
      if begins { link.settle(stream) }
      link.send(bytes, in: stream, at: now)
    case .done: try endRounds(run, at: now, &link)
    }
  }

  private func endRounds(
    _ owner: Owner<PrecopyRun>, at now: Int64, _ link: inout SharedLink
  ) throws(MigrationError) {
    precopy = nil
    let end = owner.value.end ?? .gaveUp
    let rounds = owner.value.rounds
    var outcome = MigrationOutcome(
      end: end, setup: owner.value.setup, rounds: rounds, last: owner.value.last, downtime: nil,
      total: owner.value.time, arrival: nil, bytes: rounds.reduce(0) { $0 + $1.bytes },
      lostPages: 0, ledger: owner.value.guest.ledger.since(before),
      bill: try MigrationStudy.bill(Ledger(), study.profile), series: owner.value.guest.series,
      lost: 0, writes: owner.value.guest.writes)
    outcome.bill = try MigrationStudy.bill(outcome.ledger, study.profile)
    outcome.dirty = owner.value.guest.dirty
    let isPostcopy = end == .postcopy
    if let last = owner.value.last {
      outcome.downtime = owner.value.time - owner.value.stopped
      outcome.bytes += last.bytes + study.stateBytes
      outcome.lostPages = owner.value.lostPages(exceptLeft: isPostcopy)
    }
    defer { self.outcome = outcome }
    guard end != .gaveUp else {
      left = now
      next = .max
      return
    }
    let contents = owner.value.guest.contents
    let stream = PageStream(
      study, left: isPostcopy ? owner.value.left : PageBits(pages: contents.count),
      contents: contents, arrived: owner.value.arrived, at: now - start)
    let arrival = Owner(
      try ArrivalRun.one(
        of: study, machine: number, stream, contents: contents, at: now - start,
        series: outcome.series))
    self.arrival = arrival
    next = start + arrival.value.next
    if !arrival.value.usesLink { left = now }
    link.settle(SharedLink.stream(sender, 0))
    link.settle(SharedLink.stream(sender, 1))
    fillStreams(at: now, &link)
  }

  // MARK: The end

  /// What became of it, when it has left the link: the guest is watched to its end.
  func finish() throws(MigrationError) -> MigrationOutcome {
    guard var outcome else { preconditionFailure("a machine is finished once it has left") }
    if let arrival {
      while !arrival.value.isFinished { try arrival.value.advance() }
      outcome.series = arrival.value.series
      outcome.arrival = arrival.value.outcome
      outcome.bytes += arrival.value.outcome.bytes
      if outcome.end == .postcopy {
        outcome.total = arrival.value.outcome.complete
        outcome.lostPages = arrival.value.lostPages
      }
      _ = try MigrationStudy.bill(arrival.value.outcome.ledger, study.profile)
    }
    outcome.lost = study.lostShare(outcome)
    return outcome
  }
}
