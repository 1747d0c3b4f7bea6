import CFloor
import Console
import Guests
import HostMemory

/// Replays of a trace by Zipf's law under each policy; some of them beside C that keeps the same arrays.
struct ReplayBenchmark: Benchmark {
  /// How often model and floor are measured in turn.
  var rounds = RoundCount(3)
  var references = 20_000_000
  var pages = 1_000_000
  var frames = 100_000
  var json: FilePath?

  static let name = "replay"
  static let summary = "measure references under replacement policies, beside C for some of them"
  static let examples = [
    CommandExample("nestwalk-bench replay", "Nanoseconds of a reference, policy by policy.")
  ]
  static let parameters: [Parameter<Self>] = [
    rounds(\.rounds),
    .option("references", \.references, value: "N", "How long the trace is"),
    .option("pages", \.pages, value: "N", "How many pages it is drawn from"),
    .option("frames", \.frames, value: "N", "How many frames there are"),
    jsonParameter,
  ]

  func problems() -> [String] {
    [("references", references), ("pages", pages), ("frames", frames)].compactMap { name, count in
      1...1_000_000_000 ~= count
        ? nil : "“--\(name)” is \(count): it must be from 1 to 1000000000."
    }
  }

  private static let floors: [ReplacementPolicy: floor_policy] = [
    .fifo: floor_fifo, .lru: floor_lru, .clock: floor_clock, .sieve: floor_sieve,
  ]

  func measure(_ report: (BenchmarkRow) -> Void) throws {
    let trace = try trace()
    let clock = ContinuousClock()
    for policy in ReplacementPolicy.allCases {
      var best = Duration.seconds(1_000_000)
      var floorBest: Duration?
      for _ in 0..<rounds.value {
        let start = clock.now
        let misses = trace.replay(policy, frames: frames).misses
        best = min(best, start.duration(to: clock.now))
        guard let floor = Self.floors[policy] else { continue }
        let floorStart = clock.now
        let floorMisses = Self.misses(trace, floor, frames: frames)
        let time = floorStart.duration(to: clock.now)
        floorBest = min(floorBest ?? time, time)
        precondition(misses == floorMisses, "the model and its floor miss different references")
      }
      let perReference = 1 / Double(references)
      report(
        BenchmarkRow(
          name: policy.rawValue, pages: trace.pageCount, ns: best.nanoseconds * perReference,
          floorNs: floorBest.map { $0.nanoseconds * perReference }))
    }
  }

  private func trace() throws -> ReferenceTrace {
    let zipf = try ZipfSampler(count: UInt64(pages), exponent: 1)
    var random = SplitMix64(seed: 1)
    var trace = ReferenceTrace()
    trace.reserve(references)
    for _ in 0..<references { trace.append(zipf.next(&random)) }
    return trace
  }

  private static func misses(
    _ trace: ReferenceTrace, _ policy: floor_policy, frames: Int
  ) -> Int {
    unsafe trace.pages.withUnsafeBufferPointer { references in
      var floor = unsafe floor_trace(
        references: references.baseAddress, count: UInt64(references.count),
        pages: UInt64(trace.pageCount))
      return unsafe Int(floor_replay(&floor, policy, UInt32(frames)))
    }
  }
}
