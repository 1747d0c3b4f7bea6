/// Memory and a scanner to which the steps of a script happen.
///
/// Time passes only between wake-ups, by `sleep_millisecs` each.
public struct MergingScriptRun: ~Copyable {
  /// The scanner.
  public private(set) var merger: SamePageMerger
  private var spaces: [MergeableRange] = []
  private var now = 0

  /// A run with settings that the script may change.
  public init(_ settings: MergingSettings = MergingSettings()) throws(MergingError) {
    merger = try SamePageMerger(settings)
  }

  /// Makes a step; the counters, where it asks for them.
  public mutating func make(
    _ step: MergingScriptStep
  ) throws(MergingScriptRunError) -> MergingCounters? {
    switch step {
    case .kernel(let major, let minor):
      try change { $0.kernel = MergingKernel(major: major, minor: minor) }
    case .set(let name, let value): try change { name.put(value, into: &$0) }
    case .space(let pages, let isHuge):
      do throws(MergingError) {
        spaces.append(try merger.register(pages: pages, isHuge: isHuge))
      } catch {
        throw .refused(error)
      }
    case .fill(let pages, let content):
      for page in try range(pages) { merger.write(page, content) }
    case .unique(let pages, let content):
      let range = try range(pages)
      for page in range {
        merger.write(
          page, PageContent(content.identity &+ UInt64(page - range.lowerBound)))
      }
    case .drop(let pages): for page in try range(pages) { merger.drop(page) }
    case .wake(let count): for _ in 0..<count { wake() }
    case .scan(let count):
      guard !spaces.isEmpty else { throw .noMemory }
      let end = merger.counters.fullScans + UInt64(count)
      while merger.counters.fullScans < end { wake() }
    case .unmerge: merger.unmergeAll()
    case .counters: return merger.counters
    }
    return nil
  }

  private mutating func wake() {
    merger.wake(at: now)
    now += merger.settings.sleepMilliseconds
  }

  private mutating func change(
    _ body: (inout MergingSettings) -> Void
  ) throws(MergingScriptRunError) {
    var settings = merger.settings
    body(&settings)
    do throws(MergingError) {
      try merger.change(settings)
    } catch {
      throw .refused(error)
    }
  }

  private func range(
    _ pages: MergingScriptPages
  ) throws(MergingScriptRunError) -> Range<Int> {
    guard pages.space < spaces.count else {
      throw .noSpace(pages.space, count: spaces.count)
    }
    let space = spaces[pages.space]
    guard pages.first + pages.count <= space.pageCount else {
      throw .beyondSpace(pages, pageCount: space.pageCount)
    }
    let first = space.firstPage + pages.first
    return first..<first + pages.count
  }
}

/// Why a step of a script can't be made.
public enum MergingScriptRunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The scanner refuses it.
  case refused(MergingError)
  /// There is no space of that number.
  case noSpace(Int, count: Int)
  /// The space is smaller.
  case beyondSpace(MergingScriptPages, pageCount: Int)
  /// A scan of no memory never ends.
  case noMemory

  /// The error as a sentence.
  public var description: String {
    switch self {
    case .refused(let error): error.description
    case .noSpace(let space, let count): "There is no space \(space); there are \(count)."
    case .beyondSpace(let pages, let count):
      "Pages \(pages.first) to \(pages.first + pages.count) are not in space \(pages.space), which has"
        + " \(count) pages."
    case .noMemory: "There is no memory to scan; a “space” must come first."
    }
  }
}
