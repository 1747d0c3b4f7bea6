internal import Costs
internal import Records
package import Simulation
package import Studies

/// What a storm's processors and locks did when, for a viewer of traces.
///
/// The first processors stand for all, and a processor's time with one machine is one slice however
/// often the machine kept its processor. What is left out is written into the file.
package struct StormTimeline: EngineObserver {
  private struct Slice {
    let actor: Int
    let from: VirtualTime
    var to: VirtualTime
  }

  /// The most processors that are shown.
  package static let mostProcessors = 16
  /// The most slices that are kept of each processor.
  package static let mostSlices = 10_000

  private var slices: [[Slice]]
  private var leftOut = 0
  /// The picoseconds of waiting for each lock.
  private var waiting = TimeSeries(
    quantities: 2, bin: VirtualDuration(nanoseconds: 1_000_000))
  private static let locks = ["frames", "starts"]

  /// An empty timeline of a storm.
  package init(_ storm: Storm) {
    slices = Array(repeating: [], count: min(storm.host.processors, Self.mostProcessors))
  }

  /// Keeps a slice of a processor that is shown.
  package mutating func ran(
    _ actor: ActorNumber, on processor: Int, from: VirtualTime, to: VirtualTime
  ) {
    guard processor < slices.count else { return }
    if let last = slices[processor].last, last.actor == actor.value, last.to == from {
      slices[processor][slices[processor].count - 1].to = to
    } else if slices[processor].count < Self.mostSlices {
      slices[processor].append(Slice(actor: actor.value, from: from, to: to))
    } else {
      leftOut += 1
    }
  }

  /// Adds a wait to those of its lock.
  package mutating func waited(
    _ actor: ActorNumber, for lock: LockNumber, from: VirtualTime, to: VirtualTime
  ) {
    guard lock.value < Self.locks.count else { return }
    var start = from
    while start < to {
      waiting.reach(start)
      let next = (start.picoseconds / waiting.bin.picoseconds + 1) * waiting.bin.picoseconds
      let end = min(to, VirtualTime(picoseconds: next))
      waiting.add((end - start).picoseconds, to: lock.value, at: start)
      start = end
    }
  }

  /// The timeline as Trace Event JSON.
  package func json(_ report: StormReport) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("displayTimeUnit", "ms")
    writer.key("otherData")
    writer.beginObject()
    writer.member("title", report.title)
    writer.member("processors", report.storm.host.processors)
    writer.member("processorsShown", slices.count)
    writer.member("slicesLeftOut", leftOut)
    writer.endObject()
    writer.key("traceEvents")
    writer.beginArray()
    writer.name("process_name", of: 0, "processors")
    let names = report.storm.actorNames
    for (processor, slices) in slices.enumerated() {
      writer.name("thread_name", of: processor, "processor \(processor)")
      for slice in slices {
        writer.event("X", names[slice.actor], at: slice.from)
        writer.member("tid", processor)
        writer.key("dur")
        writer.decimal(Double((slice.to - slice.from).picoseconds) / 1e6, places: 3)
        writer.endObject()
      }
    }
    for (lock, name) in Self.locks.enumerated() {
      let values = waiting.values(of: lock)
      guard values.contains(where: { $0 > 0 }) else { continue }
      for (bin, picoseconds) in values.enumerated() {
        writer.counter(
          "waiting for \(name)", at: .start + waiting.bin * Int64(bin),
          [("machines", Double(picoseconds) / Double(waiting.bin.picoseconds))])
      }
    }
    counters(of: report, &writer)
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private func counters(of report: StormReport, _ writer: inout JSONWriter) {
    let outcome = report.outcome
    let rates = FaultKind.allCases.map { ("\($0)", outcome.rate(of: $0)) }
    for (bin, memory) in outcome.committedBytes.enumerated() {
      let time = VirtualTime.start + outcome.series.bin * Int64(bin)
      writer.counter("faults in a second", at: time, rates.map { ($0.0, $0.1[bin]) })
      let free = Double(report.storm.host.memoryBytes) - Double(memory)
      writer.counter("free memory", at: time, [("bytes", free)])
    }
  }
}

extension JSONWriter {
  /// Opens an event.
  fileprivate mutating func event(_ phase: String, _ name: String, at time: VirtualTime) {
    beginObject()
    member("ph", phase)
    member("name", name)
    member("pid", 0)
    key("ts")
    decimal(Double(time.picoseconds) / 1e6, places: 3)
  }

  fileprivate mutating func name(_ what: String, of thread: Int, _ name: String) {
    event("M", what, at: .start)
    member("tid", thread)
    key("args")
    beginObject()
    member("name", name)
    endObject()
    endObject()
  }

  fileprivate mutating func counter(
    _ name: String, at time: VirtualTime, _ values: [(String, Double)]
  ) {
    event("C", name, at: time)
    key("args")
    beginObject()
    for (name, value) in values {
      key(name)
      decimal(value, places: 3)
    }
    endObject()
    endObject()
  }
}
