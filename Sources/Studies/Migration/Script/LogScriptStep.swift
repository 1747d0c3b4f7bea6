public import HostMemory
import Hypervisor

/// One line of a script of writes and of what is asked of a dirty log, which a real kernel can play too.
public enum LogScriptStep: Sendable, Hashable {
  /// How a script's writes are logged, and whether asking for them forgets them.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// Write protection; asking forgets.
    case writeProtection = "wp"
    /// Write protection; only `clear` forgets.
    case manual
    /// All pages count as written at first; only `clear` forgets.
    case allSet = "all-set"
    /// Dirty flags; asking forgets.
    case flags = "dbit"
    /// The page-modification log; asking forgets.
    case modificationLog = "pml"
    /// Dirty rings; asking forgets.
    case ring
  }

  /// `machine PAGES 4K|2M PROCESSORS ENTRIES`: the machine, whose rings have so many entries,
  /// or which has none with 0.
  case machine(pages: UInt64, backing: FrameOrder, processors: Int, ringEntries: Int)
  /// `start MODE`: writes are logged from now on.
  case start(Mode)
  /// `write PROCESSOR PAGES…`: a processor writes to pages, such as `3 17-40`.
  case write(processor: Int, [ClosedRange<UInt64>])
  /// `get`: what was written is told.
  case get
  /// `clear FIRST-LAST`: those of the pages told last that lie there are forgotten.
  case clear(ClosedRange<UInt64>)
  /// `stop`: writes are not logged any more.
  case stop

  /// The most pages of a machine: 1 GiB.
  public static let mostPages: UInt64 = 1 << 18
  /// The most processors.
  public static let mostProcessors = 8

  /// The step that a line says; `nil` for an empty line or a comment, which starts with `#`.
  public init?(line: String) throws(LogScriptError) {
    let text = line.prefix { $0 != "#" }
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
    guard let verb = words.first else { return nil }
    let rest = words.dropFirst()
    func ends(after count: Int, _ form: String) throws(LogScriptError) {
      guard rest.count == count else { throw .malformed(String(verb), form: form) }
    }
    switch verb {
    case "machine":
      let form = "machine PAGES 4K|2M PROCESSORS ENTRIES"
      try ends(after: 4, form)
      guard let pages = UInt64(words[1]), 1...Self.mostPages ~= pages,
        ["4K", "2M"].contains(words[2]), let processors = Int(words[3]),
        1...Self.mostProcessors ~= processors, let entries = Int(words[4])
      else { throw .malformed("machine", form: form) }
      // A machine without rings has 0.
      if entries != 0, let problem = DirtyMechanism.ring(entries: entries).ringProblem {
        throw .ring(problem)
      }
      self = .machine(
        pages: pages, backing: words[2] == "2M" ? .large : .small, processors: processors,
        ringEntries: entries)
    case "start":
      try ends(after: 1, "start MODE")
      guard let mode = Mode(rawValue: String(words[1])) else {
        throw .noMode(String(words[1]))
      }
      self = .start(mode)
    case "write":
      guard rest.count > 1, let processor = Int(words[1]), processor >= 0 else {
        throw .malformed("write", form: "write PROCESSOR PAGES…")
      }
      var ranges: [ClosedRange<UInt64>] = []
      for word in rest.dropFirst() { ranges.append(try Self.range(word)) }
      self = .write(processor: processor, ranges)
    case "clear":
      try ends(after: 1, "clear FIRST-LAST")
      self = .clear(try Self.range(words[1]))
    case "get":
      try ends(after: 0, "get")
      self = .get
    case "stop":
      try ends(after: 0, "stop")
      self = .stop
    default: throw .noStep(String(verb))
    }
  }

  private static func range(_ word: Substring) throws(LogScriptError) -> ClosedRange<UInt64> {
    let ends = word.split(separator: "-", omittingEmptySubsequences: false)
    guard (1...2).contains(ends.count), let first = UInt64(ends[0]),
      let last = ends.count == 2 ? UInt64(ends[1]) : first, first <= last
    else { throw .noPages(String(word)) }
    return first...last
  }
}
