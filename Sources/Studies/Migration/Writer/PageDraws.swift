import Guests

/// The pages that one processor of a guest writes, one after another.
struct PageDraws {
  private enum Source {
    case uniform
    case hotAndCold(hotPages: UInt64, writes: UInt64)
    case sequential(first: UInt64, end: UInt64, next: UInt64)
    case zipf(ZipfSampler, step: UInt64)
    case recorded([UInt64], next: Int)
  }

  private struct Phase {
    var source: Source
    var pages: UInt64
    let interval: Int64?
    /// When the next phase begins, counted from the start of the first.
    let end: Int64
  }

  private var phases: [Phase] = []
  private var current = 0
  private var random: SplitMix64
  /// The length of all phases together.
  private let cycle: Int64
  private var cycleStart: Int64 = 0

  init(
    _ writer: GuestWriter, processor: Int, of processors: Int, seed: UInt64
  ) throws(WorkloadError) {
    random = SplitMix64(seed: SplitMix64.mix(seed &+ UInt64(processor) &* 0x1_0001))
    var end: Int64 = 0
    for phase in writer.phases {
      let pages = max(1, (phase.bytes ?? writer.bytes) >> 12)
      let (sum, overflows) = end.addingReportingOverflow(phase.picoseconds)
      end = overflows ? .max : sum
      phases.append(
        Phase(
          source: try Self.source(phase.pattern, pages, processor, processors), pages: pages,
          interval: GuestWriter.interval(phase.bitsPerSecond ?? writer.bitsPerSecond), end: end))
    }
    cycle = end
  }

  private static func source(
    _ pattern: WritePattern, _ pages: UInt64, _ processor: Int, _ processors: Int
  ) throws(WorkloadError) -> Source {
    switch pattern {
    case .uniform, .phases: return .uniform
    case .hotAndCold(let hot, let writes):
      let hotPages = UInt64(UInt128(pages) * UInt128(hot) / 1_000_000_000)
      return .hotAndCold(hotPages: min(max(1, hotPages), pages), writes: writes)
    case .sequential:
      // Where there are fewer pages than processors, they share.
      let first = UInt64(processor) &* pages / UInt64(processors)
      let end = max(first + 1, UInt64(processor + 1) &* pages / UInt64(processors))
      return .sequential(first: first, end: end, next: first)
    case .zipf(let exponent):
      return .zipf(
        try ZipfSampler(count: pages, exponent: exponent), step: Self.step(pages))
    case .recorded(let recording):
      return .recorded(recording, next: recording.count * processor / processors)
    }
  }

  /// Turns to the pattern of a moment, and gives the time between two writes in it, or nothing and the
  /// moment at which the pattern changes where nothing is written.
  mutating func interval(at time: Int64) -> (interval: Int64?, until: Int64) {
    if phases.count > 1 {
      while time - cycleStart >= cycle { cycleStart += cycle }
      let moment = time - cycleStart
      if current >= phases.count || moment >= phases[current].end
        || current > 0 && moment < phases[current - 1].end
      {
        current = phases.firstIndex { moment < $0.end } ?? 0
      }
    }
    let end = phases[current].end
    return (phases[current].interval, end == .max ? .max : cycleStart + end)
  }

  /// The next page.
  mutating func next() -> Int {
    let pages = phases[current].pages
    switch phases[current].source {
    case .uniform: return Int(truncatingIfNeeded: random.below(pages))
    case .hotAndCold(let hot, let writes):
      let isHot = hot == pages || random.below(1_000_000_000) < writes
      let page = isHot ? random.below(hot) : hot + random.below(pages - hot)
      return Int(truncatingIfNeeded: page)
    case .sequential(let first, let end, let next):
      phases[current].source = .sequential(
        first: first, end: end, next: next + 1 == end ? first : next + 1)
      return Int(truncatingIfNeeded: next)
    case .zipf(let sampler, let step):
      // Popular pages lie apart: neighbours in rank are spread over the memory.
      let product = (sampler.next(&random) - 1).multipliedFullWidth(by: step)
      return Int(truncatingIfNeeded: pages.dividingFullWidth(product).remainder)
    case .recorded(let recording, let next):
      phases[current].source = .recorded(
        recording, next: next + 1 == recording.count ? 0 : next + 1)
      return Int(truncatingIfNeeded: recording[next] % pages)
    }
  }

  /// A step through so many pages that meets each once: it has no divisor in common with their number.
  private static func step(_ pages: UInt64) -> UInt64 {
    var step = UInt64(Double(pages) * 0.618_033_988_75) | 1
    while divisor(step, pages) != 1 { step += 2 }
    return step
  }

  private static func divisor(_ left: UInt64, _ right: UInt64) -> UInt64 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }
}
