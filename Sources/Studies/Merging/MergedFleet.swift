import Guests
import HostMemory

/// A fleet in virtual time: VMs boot and write, the scanner wakes, visits and sleeps.
struct MergedFleet: ~Copyable {
  let study: MergingStudy
  private(set) var merger: SamePageMerger
  private(set) var ranges: [MergeableRange] = []
  /// How often the volatile pages have changed.
  private var generation: UInt64 = 0
  private var random = SplitMix64(seed: 1)
  private(set) var writes: UInt64 = 0
  var outcome: MergingOutcome
  /// The scanner's time and its own at the last sample, and the copies until then.
  private var sampled: (time: UInt64, cpu: UInt64) = (0, 0)
  private var copied: UInt64 = 0
  private var seen: UInt64 = 0
  /// What an execution on processors keeps.
  var play = Play()

  init(_ study: MergingStudy) throws(MergingError) {
    self.study = study
    // Where no VM writes to a page that is merged, the kernel's tree would decide nothing.
    merger = try SamePageMerger(study.settings, keepsTree: study.writesPerSecond > 0)
    outcome = MergingOutcome(study)
  }

  mutating func run() throws(MergingError) -> MergingOutcome {
    let end = nanoseconds(study.seconds)
    var nextSample = 1
    var nextWake: UInt64 = 0
    var nextBoot: UInt64 = 0
    while true {
      let sampleTime = moment(ofSample: nextSample)
      let nextWrite = momentOfWrite
      let time = min(nextBoot, nextWake, nextWrite, sampleTime)
      note(at: time)
      if time == nextBoot {
        try boot()
        nextBoot = momentOfBoot
      } else if time == nextWrite {
        write()
      } else if time == nextWake {
        let computed = wake(at: time)
        nextWake = time + computed + pause
        noteMerged(at: time + computed)
      } else {
        sample(at: time)
        nextSample += 1
        if time >= end || nextSample > study.samples { break }
      }
    }
    return finished()
  }

  /// When a sample is due, of which the first has the number 1.
  func moment(ofSample number: Int) -> UInt64 {
    nanoseconds(study.seconds * Double(number) / Double(study.samples))
  }

  /// When the next VM boots, if one is left.
  var momentOfBoot: UInt64 {
    ranges.count < study.vms
      ? nanoseconds(study.bootSeconds * Double(ranges.count) / Double(study.vms)) : .max
  }

  /// When the next write to what may be shared is due, if there are any.
  var momentOfWrite: UInt64 {
    guard study.writesPerSecond > 0 else { return .max }
    let pause = 1e9 / study.writesPerSecond / Double(study.vms)
    return UInt64(Double(writes + 1) * pause)
  }

  /// How long the scanner sleeps.
  var pause: UInt64 { UInt64(merger.settings.sleepMilliseconds) * 1_000_000 }

  /// Wakes the scanner; says how long it computes.
  mutating func wake(at time: UInt64) -> UInt64 {
    let wake = merger.wake(at: Int(time / 1_000_000))
    // Whatever changes faster than a scan takes has changed before each visit.
    if wake.endedScan { changeVolatile() }
    return wake.cpuNanoseconds
  }

  /// Notes when nine tenths of all that can be merged is.
  mutating func noteMerged(at time: UInt64) {
    if outcome.caughtUpSeconds == nil, ranges.count == study.vms,
      merger.counters.savedBytes >= outcome.ceilingBytes / 10 * 9
    {
      outcome.caughtUpSeconds = Double(time) / 1e9
    }
  }

  /// Looks at the counters.
  mutating func sample(at time: UInt64) {
    let cpu = merger.cpuNanoseconds
    outcome.samples.append(
      MergingOutcome.Sample(
        seconds: Double(time) / 1e9, vms: ranges.count, counters: merger.counters,
        brokenHugePages: merger.brokenHugePages,
        cpuShare: Double(cpu - sampled.cpu) / Double(max(time - sampled.time, 1)),
        pagesToScan: merger.settings.pagesToScan, breaks: outcome.breaks - copied,
        neededBytes: neededBytes))
    sampled = (time, cpu)
    copied = outcome.breaks
  }

  /// What became of the fleet.
  mutating func finished() -> MergingOutcome {
    if let profile = study.profile { outcome.breakNanoseconds = CopyBreak.nanoseconds(profile) }
    outcome.cpuNanoseconds = merger.cpuNanoseconds
    var settings = merger.settings
    settings.advisor = nil
    outcome.pagesPerSecond = settings.pagesPerSecond
    outcome.modelBytesPerPage =
      Double(merger.modelBytes) / Double(max(study.vms * study.pagesPerVM, 1))
    return outcome
  }

  /// What the VMs that have booted need of the host.
  private var neededBytes: UInt64 {
    let all = UInt64(ranges.count) * study.bytesPerVM
    return all - min(UInt64(merger.counters.savedBytes), all)
  }

  /// Takes in how the host has stood since the last moment.
  mutating func note(at time: UInt64) {
    let needed = neededBytes
    if let host = study.hostBytes, needed > host {
      outcome.shortSeconds += Double(time - seen) / 1e9
    }
    if needed > outcome.mostNeededBytes {
      outcome.mostNeededBytes = needed
      outcome.mostNeededSeconds = Double(seen) / 1e9
    }
    outcome.mostSavedBytes = max(outcome.mostSavedBytes, merger.counters.savedBytes)
    seen = time
  }

  /// A VM writes to one of its pages that others may have too.
  mutating func write() {
    writes += 1
    guard !ranges.isEmpty else { return }
    let vm = Int(random.below(UInt64(ranges.count)))
    var page = Int(random.below(UInt64(study.pagesPerVM)))
    // Of a hundred pages in a row the mix has its parts: one of the wanted kinds is not far.
    for _ in 0..<100 {
      switch study.mix.kind(of: page) {
      case .zero, .common:
        switch merger.write(ranges[vm].firstPage + page, PageContent(4 << 60 | writes)) {
        case .copied: outcome.breaks += 1
        case .own, .populated: outcome.plainWrites += 1
        }
        return
      case .volatile, .own: page = (page + 1) % study.pagesPerVM
      }
    }
  }

  func nanoseconds(_ seconds: Double) -> UInt64 { UInt64(max(seconds, 0) * 1e9) }

  /// The next VM boots, and its memory is written.
  mutating func boot() throws(MergingError) {
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
    outcome.firstTouches += UInt64(study.pagesPerVM)
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
