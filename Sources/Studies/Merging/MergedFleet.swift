import HostMemory

/// A fleet in virtual time: VMs boot, the scanner wakes, visits and sleeps.
struct MergedFleet: ~Copyable {
  private let study: MergingStudy
  private var merger: SamePageMerger
  private var ranges: [MergeableRange] = []
  /// How often the volatile pages have changed.
  private var generation: UInt64 = 0

  init(_ study: MergingStudy) throws(MergingError) {
    self.study = study
    // The VMs write no page that is merged, so that the kernel's tree would decide nothing.
    merger = try SamePageMerger(study.settings, keepsTree: false)
  }

  mutating func run() throws(MergingError) -> MergingOutcome {
    var outcome = MergingOutcome(ceilingBytes: study.ceilingBytes)
    let end = nanoseconds(study.seconds)
    var sampled: (time: UInt64, cpu: UInt64) = (0, 0)
    var nextSample = 1
    var nextWake: UInt64 = 0
    var nextBoot: UInt64 = 0
    while true {
      let sampleTime = nanoseconds(
        study.seconds * Double(nextSample) / Double(study.samples))
      let time = min(nextBoot, nextWake, sampleTime)
      if time == nextBoot {
        try boot()
        nextBoot =
          ranges.count < study.vms
          ? nanoseconds(study.bootSeconds * Double(ranges.count) / Double(study.vms)) : .max
      } else if time == nextWake {
        let wake = merger.wake(at: Int(time / 1_000_000))
        // Whatever changes faster than a scan takes has changed before each visit.
        if wake.endedScan { changeVolatile() }
        nextWake =
          time + wake.cpuNanoseconds + UInt64(merger.settings.sleepMilliseconds) * 1_000_000
        if outcome.caughtUpSeconds == nil, ranges.count == study.vms,
          merger.counters.savedBytes >= outcome.ceilingBytes / 10 * 9
        {
          outcome.caughtUpSeconds = Double(time + wake.cpuNanoseconds) / 1e9
        }
      } else {
        let cpu = merger.cpuNanoseconds
        outcome.samples.append(
          MergingOutcome.Sample(
            seconds: Double(time) / 1e9, vms: ranges.count, counters: merger.counters,
            brokenHugePages: merger.brokenHugePages,
            cpuShare: Double(cpu - sampled.cpu) / Double(max(time - sampled.time, 1)),
            pagesToScan: merger.settings.pagesToScan))
        sampled = (time, cpu)
        nextSample += 1
        if time >= end || nextSample > study.samples { break }
      }
    }
    outcome.modelBytesPerPage =
      Double(merger.modelBytes) / Double(max(study.vms * study.pagesPerVM, 1))
    return outcome
  }

  private func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(max(seconds, 0) * 1e9) }

  /// The next VM boots, and its memory is written.
  private mutating func boot() throws(MergingError) {
    let vm = ranges.count
    let range = try merger.register(pages: study.pagesPerVM, isHuge: study.isHuge)
    let image = UInt64(vm % study.mix.images)
    for page in 0..<study.pagesPerVM {
      let content: PageContent =
        switch study.mix.kind(of: page) {
        case .zero: .zero
        case .common: PageContent(1 << 60 | image << 40 | UInt64(page))
        case .volatile: volatile(vm, page)
        case .own: PageContent(2 << 60 | UInt64(vm) << 32 | UInt64(page))
        }
      merger.write(range.firstPage + page, content)
    }
    ranges.append(range)
  }

  private func volatile(_ vm: Int, _ page: Int) -> PageContent {
    PageContent(3 << 60 | (generation & 0xfff) << 48 ^ UInt64(vm) << 32 ^ UInt64(page))
  }

  private mutating func changeVolatile() {
    generation += 1
    guard study.mix.volatilePercent > 0 else { return }
    for (vm, range) in ranges.enumerated() {
      for page in 0..<study.pagesPerVM where study.mix.kind(of: page) == .volatile {
        merger.write(range.firstPage + page, volatile(vm, page))
      }
    }
  }
}
