import Console
import Guests
import HostMemory
import Quantities
import Records
import Reports

/// `nestwalk reclaim`: what a memory limit makes of accesses.
struct Reclaim: Command {
  var trace: FilePath?
  var limit = ByteSize(64 << 20)
  var swap = ByteSize(1 << 30)
  var swappiness = 60
  var policy = ReclaimPolicy.twoLists
  var kernel = KernelRelease.standard
  var filesFrom: Int?
  var json: FilePath?

  static let name = "reclaim"
  static let summary = "tell what a memory limit makes of accesses to pages"
  static let discussion = [
    "Plays accesses in a memory cgroup with a limit, by the rules of Linux's active and inactive lists or by another"
      + " policy, and prints what was scanned, evicted, written and read again, under the kernel's names. TRACE has a"
      + " page number a line, with “ w” after it for a write. Docs/Reclaim.md says what is held against a"
      + " running kernel."
  ]
  static let examples = [
    CommandExample(
      "nestwalk reclaim pages.txt --limit 32M --files-from 8192",
      "Pages up to 8191 are anonymous memory, the others are read from files.")
  ]
  static let parameters: [Parameter<Self>] = [
    .positional("TRACE", \.trace, "The accesses; “-” is standard input", isRequired: true),
    .option("limit", \.limit, value: "SIZE", "The group's limit (memory.max)"),
    .option("swap", \.swap, value: "SIZE", "The swap"),
    .option(
      "swappiness", \.swappiness, value: "N", "How readily anonymous pages go, from 0 to 200"),
    .option(
      "policy", \.policy, value: "POLICY",
      "How it is chosen which pages leave; only “twolist” is held against a kernel"),
    .option(
      "kernel", \.kernel, value: "RELEASE",
      "The Linux release whose rules hold: before 6.11 the first write after a read from swap is a fault"
    ),
    .option(
      "files-from", \.filesFrom, value: "PAGE",
      "Pages from this one on belong to files, and are read through descriptors",
      default: "none do"),
    .option("json", \.json, value: "FILE", "Write the counters as JSON; “-” is standard output"),
  ]

  func problems() -> [String] {
    var problems: [String] = []
    if !(0...200 ~= swappiness) { problems.append("“--swappiness” must be from 0 to 200.") }
    if limit.bytes < 1 << 18 { problems.append("“--limit” must be at least 256K.") }
    if let filesFrom, filesFrom < 0 { problems.append("“--files-from” must not be negative.") }
    return problems
  }

  func run() throws(CommandFailure) -> ExitStatus {
    guard let trace else { throw CommandFailure(.badInput, "TRACE is missing.") }
    let accesses = try ReclaimTrace.read(trace)
    var limits = MemoryGroupSettings()
    limits.max = limit.bytes / 4096
    var host = HostLimits.ample
    host.swapPages = swap.bytes / 4096
    host.swappiness = UInt64(swappiness)
    host.mapsSwapReadsWritable = kernel.version >= 6011
    let count = Int((accesses.map(\.page).max() ?? 0) + 1)
    let files = UInt32(min(filesFrom ?? count, count))
    var memory = PageReclaimer(
      host, pages: count, groups: [(limits, nil)], policy: policy)
    memory.assign(0..<files, to: 1, .anon)
    memory.assign(files..<UInt32(count), to: 1, .file)
    var now: UInt64 = 0
    for access in accesses {
      let isFile = access.page >= files
      let touch = memory.touch(
        access.page, isWrite: access.isWrite, by: isFile ? .descriptor : .mapping, at: now)
      guard touch.end != .killed else {
        throw CommandFailure(
          .failed, "The group was killed: its memory and swap can't hold what it writes.")
      }
      now = touch.at
    }
    let counters = memory.counters[1]
    if let json {
      var writer = JSONWriter(.indented)
      writer.beginObject()
      writer.member("schema", "nestwalk.reclaim/1")
      writer.member("policy", policy.rawValue)
      writer.member("limit", limit.bytes)
      writer.member("swap", swap.bytes)
      writer.member("swappiness", swappiness)
      writer.key("counters")
      writer.value(counters)
      writer.endObject()
      writer.endLine()
      guard !json.isStandardStream else {
        return Program.show(String(decoding: writer.bytes, as: UTF8.self))
      }
      do throws(SystemError) {
        try OutputFile.write(json.path, bytes: writer.bytes)
      } catch {
        throw CommandFailure(.failed, error.description)
      }
    }
    let lines = counters.named.map {
      TextLayout.column($0.name, 28) + TextLayout.right("\($0.count)", 12)
    }
    return Program.show(lines.joined(separator: "\n") + "\n")
  }
}

extension ReclaimPolicy: ArgumentValue {}
