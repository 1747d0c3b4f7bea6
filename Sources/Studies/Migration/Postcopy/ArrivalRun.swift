import Costs
import HostMemory
import Hypervisor
import Paging
import Simulation

/// A guest that goes on at its destination, where the second stage is empty and pages may still be to come.
///
/// Each first touch of a page faults. A page that is there was put into the hypervisor's process; one
/// that isn't is asked for, and the processor waits.
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

  /// How far processors run before the stream is looked at.
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
  }

  /// Runs until all pages have come and the guest was watched for as long as that is asked.
  mutating func run() throws(MigrationError) {
    let watched = start + study.watchedPicoseconds
    var end = start
    repeat {
      end += Self.window
      try run(to: end)
      stream.advance(to: end)
      note()
    } while stream.remaining > 0 || end < max(watched, stream.complete)
    outcome.complete = stream.complete
    outcome.requests = stream.requests
    outcome.streamed = stream.streamed
    outcome.bytes = stream.bytes
    outcome.latencies = Distribution(latencies)
    outcome.ledger = machine.ledger
  }

  /// The pages that hold something else than the guest left.
  var lostPages: Int {
    var lost = 0
    for page in contents.indices where contents[page] != stream.arrived[page] { lost += 1 }
    return lost
  }

  /// Lets all processors run up to a moment; what they do to the stream happens in the order of time.
  private mutating func run(to end: Int64) throws(MigrationError) {
    for processor in processors.indices { runFreely(processor, to: end) }
    while true {
      var first: Int?
      for processor in processors.indices
      where processors[processor].pending != nil && processors[processor].clock < end {
        if processors[processor].clock < processors[first ?? processor].clock || first == nil {
          first = processor
        }
      }
      guard let first, let page = processors[first].pending else { return }
      try touch(first, page)
      if processors[first].pending == nil { runFreely(first, to: end) }
    }
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
      if stream.arrivals[unit] > clock {
        let (arrival, isRequest) = stream.arrival(of: unit, askedAt: clock)
        if !isRequest { outcome.awaited += 1 }
        awaited.insert(unit * stream.unitPages)
        // It may have come just as it was touched.
        let wait = max(0, arrival - clock)
        latencies.append(VirtualDuration(picoseconds: wait))
        series.lose(wait, to: .waiting, from: clock)
        processors[processor].clock = clock + wait
        if wait > 0 { return }
      }
      let time = try fault(processor, page, unit)
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
    _ processor: Int, _ page: Int, _ unit: Int
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
      for number in routes.taken { time += times.parts(number, routes).all }
      machine.removeTakenRoutes()
    }
    for number in first..<end { mapped.insert(number) }
    return time
  }

  private mutating func note() {
    for part in stream.passed { series.add(part.bytes, to: .sent, at: part.at) }
    stream.passed.removeAll(keepingCapacity: true)
  }
}
