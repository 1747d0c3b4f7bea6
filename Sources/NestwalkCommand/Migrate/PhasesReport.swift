import Costs
import HostMemory
import Hypervisor
import Paging
import Records
import Studies

/// The phases of a dirty log, as they are written down.
struct PhasesReport {
  /// The title of the file that it was read from, if it was.
  let title: String?
  let study: LoggingPhases
  let profile: CostProfile
  let phases: [LoggingPhase]

  /// One object for each phase.
  var json: [UInt8] {
    var writer = JSONWriter(.indented)
    writer.beginObject()
    writer.member("schema", "nestwalk.phases/1")
    if let title { writer.member("title", title) }
    writer.member("host", study.host.rawValue)
    writer.member("profile", profile.name)
    writer.member("vcpus", UInt64(study.processors))
    writer.member("memoryPerVCPU", study.bytesPerProcessor)
    writer.member("backingBytes", study.backing.bytes)
    writer.member("mechanism", study.method.rawValue)
    if let splitting = study.splitting { writer.member("split", splitting.rawValue) }
    if let recovery = study.recovery { writer.member("recover", recovery.rawValue) }
    writer.member("iterations", UInt64(study.iterations))
    writer.member("writtenPerVCPU", study.writtenPerProcessor)
    writer.member("accessFlags", study.hasAccessFlags)
    writer.key("phases")
    writer.beginArray()
    for phase in phases { writer.value(phase) }
    writer.endArray()
    writer.endObject()
    writer.endLine()
    return writer.bytes
  }

  private static let columns = [
    "phase", "iteration", "guest", "missing", "permission", "cascade", "flushes_local",
    "flushes_remote", "flushes_broadcast", "flush_requests", "entries_written", "log_full_exits",
    "ring_full_exits", "kicks", "dirty_pages", "accessed_pages", "pages_4k", "pages_2m", "pages_1g",
    "ns", "work_ns",
    "stopped_ns",
  ]

  /// A line for each phase.
  var csv: String {
    var text = Self.columns.joined(separator: ",") + "\n"
    for phase in phases {
      var cells = [phase.name.rawValue, phase.iteration.map { "\($0)" } ?? ""]
      cells += FaultKind.allCases.map { "\(phase.ledger.faults($0))" }
      cells += phase.flushes.map { "\($0.count)" }
      let numbers = [
        phase.flushRequests, phase.entriesWritten, phase.logFullExits, phase.ringFullExits,
        phase.kicks, phase.dirtyPages, phase.accessedPages,
      ]
      cells += numbers.map { "\($0)" } + phase.mapped.map { "\($0)" }
      cells += [phase.elapsed, phase.work, phase.stopped].map { "\($0.likely.nanoseconds)" }
      text += cells.joined(separator: ",") + "\n"
    }
    return text
  }
}

extension LoggingPhase {
  /// The flushes by how far they reach.
  var flushes: [(scope: String, count: UInt64)] {
    [
      ("local", ledger.amount(of: .flushLocal)), ("remote", ledger.amount(of: .flushRemote)),
      ("broadcast", ledger.amount(of: .flushBroadcast)),
    ]
  }
}

extension UInt128 {
  /// Femtoseconds in whole nanoseconds, rounded.
  var nanoseconds: UInt64 { UInt64(clamping: (self + 500_000) / 1_000_000) }
}

extension JSONWriter {
  /// Writes a phase.
  fileprivate mutating func value(_ phase: LoggingPhase) {
    beginObject()
    member("phase", phase.name.rawValue)
    if let iteration = phase.iteration { member("iteration", UInt64(iteration)) }
    key("faults")
    beginObject()
    for kind in FaultKind.allCases { member("\(kind)", phase.ledger.faults(kind)) }
    endObject()
    key("resolutions")
    beginObject()
    for resolution in FaultResolution.allCases {
      let events = FaultEvent.all.filter { $0.resolution == resolution }
      let count = events.reduce(0) { $0 + phase.ledger.count(of: .fault($1)) }
      if count > 0 { member("\(resolution)", count) }
    }
    endObject()
    key("flushes")
    beginObject()
    for flush in phase.flushes { member(flush.scope, flush.count) }
    endObject()
    member("flushRequests", phase.flushRequests)
    member("entriesWritten", phase.entriesWritten)
    key("exits")
    beginObject()
    member("logFull", phase.logFullExits)
    member("ringFull", phase.ringFullExits)
    member("kicks", phase.kicks)
    endObject()
    member("dirtyPages", phase.dirtyPages)
    if phase.name == .scan { member("accessedPages", phase.accessedPages) }
    key("mapped")
    beginObject()
    for (size, count) in zip(["4K", "2M", "1G"], phase.mapped) {
      member(size, UInt64(max(0, count)))
    }
    endObject()
    member("ns", phase.elapsed.likely.nanoseconds)
    member("lowNs", phase.elapsed.low.nanoseconds)
    member("highNs", phase.elapsed.high.nanoseconds)
    member("workNs", phase.work.likely.nanoseconds)
    member("stoppedNs", phase.stopped.likely.nanoseconds)
    endObject()
  }
}
