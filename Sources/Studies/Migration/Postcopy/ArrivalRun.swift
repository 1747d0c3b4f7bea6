import Costs
import HostMemory
import Hypervisor
import Paging
import Simulation

/// A guest that goes on at its destination, where the second stage is empty and pages may still be to come.
///
/// Each first touch of a page faults. A page that is there was put into the hypervisor's process. One
/// that isn't is asked for by the handler of such faults, which brings one question after the other on
/// its way, and the processor waits.
struct ArrivalRun: ~Copyable {
  private let study: MigrationStudy
  private var host: Host
  private var machine: VirtualMachine
  private var stream: PageStream
  /// The pages that the second stage maps.
  private var mapped: PageBits
  /// The pages that someone has waited for.
  private var awaited: PageBits
  private var processors: [WritingProcessor]
  private var times: FaultTimes
  private(set) var series: MigrationSeries
  private(set) var outcome = ArrivalOutcome()
  private var latencies: [VirtualDuration] = []
  private let contents: [UInt32]
  private let start: Int64
  /// Who takes the faults on pages that are not there, as in a storm of machines that resume.
  private var handler: DeviceState
  /// The questions on their way to the source.
  private var questions: [(at: Int64, unit: Int)] = []
  private var firstQuestion = 0
  /// What passes through the streams.
  private var passing: [Int?] = [nil, nil]
  /// Whether one processor at a time resolves a fault, and from when on another one may.
  private let isExclusive: Bool
  private var lockFree: Int64 = 0
  /// How long faults had the lock, whether others had to wait or not.
  private(set) var underLock: Int64 = 0
  /// Up to when processors run freely.
  private var windowEnd: Int64
  private(set) var isFinished = false
  /// The processor that does something next, and when; no processor's is the end of the window, or a
  /// question.
  private var turn: (processor: Int?, at: Int64)

  /// How far processors run before they are looked at together.
  private static let window: Int64 = 10_000_000_000

  /// One of a study's machines, as pre-copy has left it.
  static func one(
    of study: MigrationStudy, machine number: Int, _ stream: PageStream, contents: [UInt32],
    at time: Int64, series: MigrationSeries
  ) throws(MigrationError) -> ArrivalRun {
    // Another seed, so that the guest doesn't repeat its first writes.
    var later = study
    later.seed = study.seed &+ 0x5eed
    let processors = try WritingGuest.processors(later, number, at: time)
    do throws(MachineError) {
      return try ArrivalRun(study, stream, processors, contents, at: time, series)
    } catch {
      throw .machine(error)
    }
  }

  private init(
    _ study: MigrationStudy, _ stream: PageStream, _ processors: [WritingProcessor],
    _ contents: [UInt32], at time: Int64, _ series: MigrationSeries
  ) throws(MachineError) {
    var host = try WritingGuest.host(study)
    var configuration = MachineConfiguration(
      study.host,
      slots: [Slot(at: GuestPhysical(0), bytes: study.memoryBytes, source: .network)])
    configuration.processors = study.processors
    configuration.policy.backing = study.backing
    configuration.addressesPhysically = true
    var machine = try VirtualMachine(configuration, on: &host)
    machine.keepsRoutes = true
    self.study = study
    self.host = host
    self.machine = machine
    self.stream = stream
    self.processors = processors
    self.contents = contents
    self.series = series
    start = time
    outcome.missing = stream.remaining
    mapped = PageBits(pages: contents.count)
    awaited = PageBits(pages: contents.count)
    times = FaultTimes(study.profile)
    handler = DeviceState(StormHost().handler(study.profile))
    isExclusive = (study.tracking.lock ?? study.host.usualFaultLock) == .exclusive
    windowEnd = time + Self.window
    turn = (nil, windowEnd)
    for processor in self.processors.indices { runFreely(processor, to: windowEnd) }
    findTurn()
  }

  /// When something happens next beside the link.
  var next: Int64 { turn.at }

  /// Whether pages are still to pass.
  var usesLink: Bool { stream.remaining > 0 }

  /// When the last page is there, as far as that is known.
  var complete: Int64 { stream.complete }

  /// Does what happens at the moment of `next`.
  mutating func advance() throws(MigrationError) {
    let now = turn.at
    if let processor = turn.processor, let page = processors[processor].pending {
      try touch(processor, page)
      if processors[processor].pending == nil { runFreely(processor, to: windowEnd) }
    } else if firstQuestion < questions.count, questions[firstQuestion].at == now {
      if !stream.ask(for: questions[firstQuestion].unit) { outcome.awaited += 1 }
      firstQuestion += 1
      if firstQuestion == questions.count {
        questions.removeAll(keepingCapacity: true)
        firstQuestion = 0
      }
    } else {
      endWindow()
    }
    findTurn()
  }

  /// Goes on to the next window, or ends when all pages have come and the guest was watched for as long as
  /// that is asked.
  private mutating func endWindow() {
    let watched = start + study.watchedPicoseconds
    guard stream.remaining > 0 || windowEnd < max(watched, stream.complete) else {
      isFinished = true
      outcome.complete = stream.complete
      outcome.requests = stream.requests
      outcome.streamed = stream.streamed
      outcome.bytes = stream.bytes
      outcome.latencies = Distribution(latencies)
      outcome.ledger = machine.ledger
      return
    }
    windowEnd += Self.window
    for processor in processors.indices { runFreely(processor, to: windowEnd) }
  }

  /// Lets pages pass where a stream has nothing to do; each begins with `send`.
  mutating func fillStreams(_ send: (PageStream.Channel, UInt64) -> Void, at now: Int64) {
    for channel in PageStream.Channel.allCases where passing[channel.rawValue] == nil {
      guard let unit = stream.take(from: channel) else { continue }
      passing[channel.rawValue] = unit
      let size = stream.size(of: unit)
      series.add(Int64(size), to: .sent, at: now)
      send(channel, size)
    }
  }

  /// A stream's page has passed: who waits for it goes on when it is there.
  mutating func endPassing(_ channel: PageStream.Channel, at now: Int64) {
    guard let unit = passing[channel.rawValue] else { return }
    passing[channel.rawValue] = nil
    let arrival = stream.pass(unit, through: channel, at: now)
    guard awaited[unit * stream.unitPages] else { return }
    for processor in processors.indices where processors[processor].awaited == unit {
      wake(processor, at: arrival)
    }
    findTurn()
  }

  private mutating func wake(_ processor: Int, at arrival: Int64) {
    let clock = processors[processor].clock
    // It may have come just as it was touched.
    let wait = max(0, arrival - clock)
    latencies.append(VirtualDuration(picoseconds: wait))
    series.lose(wait, to: .waiting, from: clock)
    processors[processor].clock = clock + wait
    processors[processor].awaited = nil
  }

  /// Finds what happens next: questions come before processors, and these before the window's end.
  private mutating func findTurn() {
    turn = (nil, windowEnd)
    for processor in processors.indices
    where processors[processor].pending != nil && processors[processor].awaited == nil
      && processors[processor].clock < turn.at
    {
      turn = (processor, processors[processor].clock)
    }
    if firstQuestion < questions.count, questions[firstQuestion].at <= turn.at {
      turn = (nil, questions[firstQuestion].at)
    }
  }

  /// The pages that hold something else than the guest left.
  var lostPages: Int {
    var lost = 0
    for page in contents.indices where contents[page] != stream.arrived[page] { lost += 1 }
    return lost
  }

  /// Runs a processor until it touches a page that is not mapped.
  private mutating func runFreely(_ processor: Int, to end: Int64) {
    guard processors[processor].pending == nil else { return }
    var count: Int64 = 0
    let start = processors[processor].clock
    while processors[processor].clock < end {
      let (interval, until) = processors[processor].draws.interval(
        at: processors[processor].clock)
      guard let interval else {
        processors[processor].clock = min(until, end)
        continue
      }
      let page = processors[processor].draws.next()
      guard mapped[page] else {
        processors[processor].pending = page
        break
      }
      processors[processor].clock += interval
      count += 1
    }
    if count > 0 { series.add(count, to: .writes, at: min(start, end - 1)) }
  }

  /// Makes a write whose page was not mapped when it was drawn.
  private mutating func touch(_ processor: Int, _ page: Int) throws(MigrationError) {
    let clock = processors[processor].clock
    let unit = page / stream.unitPages
    if !mapped[page] {
      let arrival = stream.arrivals[unit]
      guard arrival <= clock else {
        let isFirst = !awaited[unit * stream.unitPages]
        awaited.insert(unit * stream.unitPages)
        if isFirst {
          let asked = handler.answer(bytes: 0, at: VirtualTime(picoseconds: clock)).picoseconds
          if arrival == .max {
            questions.append((asked + study.link.latencyPicoseconds, unit))
          } else {
            outcome.awaited += 1
          }
        } else {
          outcome.awaited += 1
        }
        processors[processor].awaited = unit
        if arrival != .max { wake(processor, at: arrival) }
        return
      }
      let time = try fault(processor, page, unit, at: clock)
      series.lose(time, to: .faults, from: clock)
      processors[processor].clock += time
    }
    processors[processor].pending = nil
    series.add(1, to: .writes, at: clock)
    if let interval = processors[processor].draws.interval(at: clock).interval {
      processors[processor].clock += interval
    }
  }

  /// Takes the fault of a page that is there, and says how long that takes.
  private mutating func fault(
    _ processor: Int, _ page: Int, _ unit: Int, at clock: Int64
  ) throws(MigrationError) -> Int64 {
    let first = unit * stream.unitPages
    let end = min(first + stream.unitPages, contents.count)
    if !awaited[first] {
      let range = GuestPhysical(UInt64(first) << 12)..<GuestPhysical(UInt64(end) << 12)
      do throws(MachineError) {
        try machine.populate(.ranges([range]), to: .process, on: &host)
      } catch {
        throw .machine(error)
      }
      machine.removeTakenRoutes()
    }
    let address = UInt64(page) << 12
    let outcome = machine.touch(
      processor: processor, GuestVirtual(address), .write, on: &host)
    guard outcome.end == .arrived else {
      throw .unexpectedEnd(GuestPhysical(address), outcome.end)
    }
    var time: Int64 = 0
    if let routes = machine.routes {
      for number in routes.taken {
        let parts = times.parts(number, routes)
        time += parts.before
        if isExclusive, parts.under > 0 {
          time += max(0, lockFree - clock - time)
          lockFree = clock + time + parts.under
        }
        underLock += parts.under
        time += parts.under + parts.after
      }
      machine.removeTakenRoutes()
    }
    for number in first..<end { mapped.insert(number) }
    return time
  }
}
