import CFloor
import Console
import HostMemory

/// Scans of a million pages for equal ones, beside a C loop with two tables that merges the same pages
/// but knows no chains, ages, NUMA nodes, 2M pages or writes.
struct MergeBenchmark: Benchmark {
  /// How often model and floor are measured in turn.
  var rounds = RoundCount(5)
  var json: FilePath?

  static let name = "merge"
  static let summary = "measure visits of same-page merging, beside C that looks pages up"
  static let examples = [
    CommandExample("nestwalk-bench merge", "Millions of pages visited, and bytes a page.")
  ]
  static let parameters: [Parameter<Self>] = [rounds(\.rounds), jsonParameter]

  private static let pages = 1 << 20

  /// The contents of memory.
  private enum Mix: String {
    /// 20 % zeros, 30 % in groups of ten, 50 % alone.
    case fleet
    /// Every page alone.
    case alone

    func content(_ page: Int) -> PageContent {
      let own = PageContent(1 << 60 | UInt64(page))
      guard self == .fleet else { return own }
      switch page % 10 {
      case 0, 1: return .zero
      case 2...4: return PageContent(1 + UInt64(page % (MergeBenchmark.pages / 10)))
      default: return own
      }
    }
  }

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    for mix in [Mix.fleet, .alone] {
      for keepsTree in [false, true] {
        let result = try measure(mix, keepsTree: keepsTree)
        let trees = keepsTree ? ", with trees" : ""
        report(row("\(mix) merging\(trees)", result.first))
        report(row("\(mix) at rest\(trees)", result.rest))
        let bytes = TextLayout.decimal(result.bytesPerPage, 1)
        if json?.isStandardStream != true {
          print(TextLayout.column("", 30) + "\(bytes) bytes a page")
        }
      }
    }
  }

  private typealias Times = (model: Duration, floor: Duration)

  private func row(_ name: String, _ times: Times) -> BenchmarkRow {
    let perPage = 1 / Double(Self.pages)
    return BenchmarkRow(
      name: name, pages: Self.pages, ns: times.model.nanoseconds * perPage,
      floorNs: times.floor.nanoseconds * perPage)
  }

  /// The scan that merges, and one in which nothing changes any more.
  private func measure(
    _ mix: Mix, keepsTree: Bool
  ) throws -> (first: Times, rest: Times, bytesPerPage: Double) {
    let clock = ContinuousClock()
    var first: Times = (.seconds(1000), .seconds(1000))
    var rest = first
    var bytes = 0
    for _ in 0..<rounds.value {
      var settings = MergingSettings()
      settings.pagesToScan = Self.pages + 1
      settings.isSmartScan = false
      // The floor knows no limit.
      settings.maxPageSharing = Self.pages
      var merger = try SamePageMerger(settings, keepsTree: keepsTree)
      _ = try merger.register(pages: Self.pages)
      for page in 0..<Self.pages { merger.write(page, mix.content(page)) }
      var floor = FloorScan((0..<Self.pages).map { mix.content($0).identity })
      merger.wake(at: 0)
      floor.scan()
      for scan in 0..<3 {
        let start = clock.now
        merger.wake(at: 0)
        let middle = clock.now
        let merged = floor.scan()
        let end = clock.now
        let counters = merger.counters
        precondition(
          merged == counters.pagesShared + counters.pagesSharing,
          "the model and its floor merge different pages")
        let times = (start.duration(to: middle), middle.duration(to: end))
        if scan == 0 {
          first = (min(first.model, times.0), min(first.floor, times.1))
        } else {
          rest = (min(rest.model, times.0), min(rest.floor, times.1))
        }
      }
      bytes = merger.modelBytes
    }
    return (first, rest, Double(bytes) / Double(Self.pages))
  }
}

/// The pages and tables of the floor.
private struct FloorScan {
  private var pages: [floor_page]
  private var stable: [UInt32]
  private var unstable: [UInt32]

  init(_ contents: [UInt64]) {
    pages = contents.map { floor_page(content: $0, checksum: 0, is_merged: 0) }
    stable = Array(repeating: 0, count: contents.count * 2)
    unstable = stable
  }

  @discardableResult
  mutating func scan() -> Int {
    let mask = UInt64(stable.count - 1)
    return unsafe pages.withUnsafeMutableBufferPointer { pages in
      unsafe stable.withUnsafeMutableBufferPointer { stable in
        unsafe unstable.withUnsafeMutableBufferPointer { unstable in
          var state = unsafe floor_merge(
            pages: pages.baseAddress, count: UInt64(pages.count), stable: stable.baseAddress,
            unstable: unstable.baseAddress, mask: mask)
          return unsafe Int(floor_merge_scan(&state))
        }
      }
    }
  }
}
