import Nestwalk

/// A script, beside a set of the pages that it writes.
enum ScriptPlay {
  /// The most pages of a machine, and the most that all steps write: more says nothing new and takes long.
  private static let mostPages: UInt64 = 2048
  private static let mostWrites = 20_000

  static func play(_ text: String, _ format: HostFormat) {
    var steps: [LogScriptStep] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      do throws(LogScriptError) {
        if let step = try LogScriptStep(line: String(line)) { steps.append(step) }
      } catch {
        precondition(!error.description.isEmpty, "a refusal is a sentence")
      }
    }
    guard let first = steps.first else { return }
    guard case .machine(let pages, let backing, _, _) = first, pages <= mostPages else { return }
    do throws(LogScriptError) {
      var run = try LogScriptRun(first, format)
      var written = Written(pages: pages, splitsAll: format == .ept4 || backing == .small)
      var left = mostWrites
      for step in steps.dropFirst() {
        if case .write(_, let ranges) = step {
          for range in ranges where range.upperBound < pages { left -= range.count }
          guard left > 0 else { return }
        }
        written.check(try run.make(step), step)
      }
    } catch {
      precondition(!error.description.isEmpty, "a refusal is a sentence")
    }
  }
}

/// The pages that a log must tell.
private struct Written {
  let pages: UInt64
  /// Whether no page is large while writes are logged, so that nothing is told beside what was written.
  let splitsAll: Bool
  private var mode: LogScriptStep.Mode?
  private var known: Set<UInt64> = []
  private var told: Set<UInt64> = []

  init(pages: UInt64, splitsAll: Bool) {
    self.pages = pages
    self.splitsAll = splitsAll
  }

  /// What a step that was made must have answered.
  mutating func check(_ answer: LogScriptRun.Answer?, _ step: LogScriptStep) {
    switch step {
    case .start(let mode):
      if self.mode == nil { known = mode == .allSet ? Set(0..<pages) : [] }
      self.mode = mode
    case .write(_, let ranges): for range in ranges { known.formUnion(range) }
    case .get:
      let found = Set(answer?.pages.flatMap { Array($0) } ?? [])
      precondition(known.isSubset(of: found), "a page that was written is not told")
      if splitsAll || mode != .flags {
        precondition(known == found, "a page is told that was not written")
      }
      told = found
      if mode != .manual, mode != .allSet { known = [] }
    case .clear(let range): known.subtract(told.intersection(range))
    case .stop: mode = nil
    case .machine: break
    }
  }
}
