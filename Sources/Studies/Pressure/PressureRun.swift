import Guests
import HostMemory

/// The execution of a pressure study: workers, growth and kswapd, each with its own time, the earliest next.
struct PressureRun: ~Copyable {
  enum Role { case worker, growth, kswapd, ksmd }

  struct Actor {
    var role: Role
    var service = 0
    var at: UInt64
    var random = SplitMix64(seed: 0)
    /// The touches that are left of the request, what it still computes, and when it started.
    var left: UInt64 = 0
    var work: UInt64 = 0
    var began: UInt64 = 0
    /// The touches of all requests so far that a page of the model was not made of.
    var carried: UInt64 = 0
    /// How long of its last step it was off its processor, waiting for memory, and how long it computed after
    /// that.
    var waited: UInt64 = 0
    var computed: UInt64 = 0
    /// Whether its request is done with its last step.
    var completes = false
    var isDone = false
  }

  let study: PressureStudy
  var memory: PageReclaimer
  var actors: [Actor] = []
  /// The first page of each service, of its files and of its growth, and the next of growth.
  private var first: [(anon: UInt32, file: UInt32, growth: UInt32, end: UInt32)] = []
  private var nextGrowth: [UInt32] = []
  /// The major faults of each service at the last sample.
  private var majorsSeen: [UInt64] = []
  private var touched: [UInt8]
  var outcome: PressureOutcome
  var kswapd = 0
  /// What an execution on processors keeps.
  var play = Play()
  private let machines: ReclaimedMachines?
  private let frames: UInt64

  init(_ study: PressureStudy) {
    self.study = study
    var page: UInt32 = 0
    var groups: [(MemoryGroupSettings, parent: Int?)] = []
    for slice in study.slices {
      groups.append((Self.limits(slice.limits, study), study.group(ofSlice: slice.slice)))
    }
    for service in study.services {
      let pages = study.pages(of: service)
      let anon = page
      let file = anon + UInt32(pages.anon)
      let growth = file + UInt32(pages.file)
      page = growth + UInt32(pages.growth)
      first.append((anon, file, growth, page))
      nextGrowth.append(growth)
      groups.append((Self.limits(service.limits, study), study.group(ofSlice: service.slice)))
    }
    frames = study.pages(study.host.memoryBytes)
    let limits = Self.limits(of: study, frames)
    memory = PageReclaimer(
      limits, pages: Int(page), groups: groups,
      times: Self.times(study), policy: study.host.policy)
    machines = ReclaimedMachines(
      study.services, first.map { ($0.anon, Int($0.end - $0.anon)) },
      firstGroup: study.group(of: 0))
    memory.keepsEvents = machines != nil
    touched = [UInt8](repeating: 0, count: Int(page))
    for (number, range) in first.enumerated() {
      memory.assign(range.anon..<range.file, to: study.group(of: number), .anon)
      memory.assign(range.file..<range.growth, to: study.group(of: number), .file)
      memory.assign(range.growth..<range.end, to: study.group(of: number), .anon)
    }
    outcome = PressureOutcome(
      services: study.services.map {
        PressureOutcome.OfService(
          name: $0.name, requestWork: $0.requestWork,
          growsThroughout: $0.growthBytes > 0 && $0.startNanoseconds == 0,
          startNanoseconds: $0.startNanoseconds)
      },
      memoryBytes: study.host.memoryBytes, swapBytes: study.host.swapBytes,
      policy: study.host.policy, duration: study.durationNanoseconds, scale: study.scale)
    outcome.highMarkBytes = limits.high * 4096 * study.scale
  }

  private static func limits(
    _ bytes: MemoryGroupSettings, _ study: PressureStudy
  ) -> MemoryGroupSettings {
    var limits = bytes
    limits.min = study.pages(limits.min)
    limits.low = study.pages(limits.low)
    limits.high = limits.high.map(study.pages)
    limits.max = limits.max.map(study.pages)
    limits.swapMax = limits.swapMax.map(study.pages)
    return limits
  }

  private static func limits(of study: PressureStudy, _ frames: UInt64) -> HostLimits {
    var limits: HostLimits
    if let marks = study.host.marks {
      limits = HostLimits(
        frames: frames, min: study.pages(marks.min), low: study.pages(marks.low),
        high: study.pages(marks.high))
    } else {
      // The kernel's marks of the full size, as many parts of memory.
      let marks = Watermarks(ZoneExtent.x86(nodeBytes: [study.host.memoryBytes]))
      let full = HostLimits(frames: frames, marks)
      limits = HostLimits(
        frames: frames, min: full.min / study.scale, low: full.low / study.scale,
        high: full.high / study.scale)
    }
    limits.swapPages = study.pages(study.host.swapBytes)
    limits.swappiness = study.host.swappiness
    return limits
  }

  /// A page of the model is read and written in the time of one, by storage that does as many at once: with
  /// fewer touches by as much, its load is the same.
  private static func times(_ study: PressureStudy) -> ReclaimTimes {
    var times = ReclaimTimes()
    times.read = study.host.readNanoseconds * study.scale
    times.write = study.host.writeNanoseconds * study.scale
    times.depth = study.host.depth
    times.queue = study.host.queue
    times.writeThrottle *= study.scale
    times.progressThrottle *= study.scale
    times.touch *= study.scale
    times.fault *= study.scale
    times.scan *= study.scale
    times.submit *= study.scale
    return times
  }

  /// Runs it, and lets `watch` look at it before the measurement and at each sample.
  consuming func run(_ watch: (borrowing PressureRun) -> Void = { _ in }) -> PressureOutcome {
    let start = load()
    let before = memory.counters
    majorsSeen = study.services.indices.map { before[study.group(of: $0)].majorFaults }
    memory.forgetAccesses()
    _ = applyEvents()
    machines?.beginMeasurement()
    watch(self)
    for number in study.services.indices {
      outcome.services[number].bytesAtStart = bytes(number)
    }
    arrange(start)
    if let processors = study.host.processors {
      play(on: study.host, processors, from: start)
    } else {
      runFreely(from: start, watch)
    }
    finish(before)
    watch(self)
    return outcome
  }

  /// The pause between two samples.
  var sampleStep: UInt64 { max(study.durationNanoseconds / 200, 1) }

  /// Lets every actor go on as soon as it can, as where processors are never short.
  private mutating func runFreely(from start: UInt64, _ watch: (borrowing PressureRun) -> Void) {
    let end = start + study.durationNanoseconds
    let step = sampleStep
    var nextSample = start
    var seen = memory.total
    while let number = earliest(), actors[number].at < end {
      while actors[number].at >= nextSample {
        sample(nextSample - start, &seen)
        watch(self)
        nextSample += step
      }
      act(number, start)
      if actors[number].completes { complete(number) }
      if memory.isKswapdAwake, actors[kswapd].at == .max, number != kswapd {
        actors[kswapd].at = actors[number].at == .max ? end : actors[number].at
      }
    }
    while nextSample <= end {
      sample(nextSample - start, &seen)
      nextSample += step
    }
  }

  /// Writes all memory once and reads what is to be cached of files; gives when that was over.
  private mutating func load() -> UInt64 {
    var now: UInt64 = 0
    for (service, range) in first.enumerated() {
      let files = Double(range.growth - range.file) * study.services[service].cachedShare
      for page in range.anon..<range.file + UInt32(files) {
        let isFile = page >= range.file
        now =
          touch(
            page, isWrite: !isFile, by: isFile ? .descriptor : .mapping, service, at: now
          ).at
        while memory.isKswapdAwake {
          let step = memory.kswapd(at: now)
          now = step.at + applyEvents()
          if step.sleeps { break }
        }
      }
    }
    return now
  }

  // MARK: Machines

  /// Touches a page; where it is a guest's, through its second stage.
  ///
  /// What is in a frame the guest touches first, and its entry says whether that is seen. What is not comes
  /// back first, at the expense of what reclaim takes from the machines.
  private mutating func touch(
    _ page: UInt32, isWrite: Bool, by access: PageAccess, _ service: Int, at now: UInt64
  ) -> PageTouch {
    guard let machines else {
      return memory.touch(page, isWrite: isWrite, by: access, at: now)
    }
    guard machines.has(service) else {
      let touch = memory.touch(page, isWrite: isWrite, by: access, at: now)
      return touch.delayed(reclaiming: applyEvents())
    }
    if memory.isResident(page) {
      let (isSeen, faults) = machines.touch(page, isWrite: isWrite, service)
      let touch = memory.touch(page, isWrite: isWrite, by: access, isSeen: isSeen, at: now)
      return touch.delayed(reclaiming: applyEvents()).delayed(faults: faults)
    }
    let touch = memory.touch(page, isWrite: isWrite, by: access, at: now)
    let reclaiming = applyEvents()
    guard touch.end != .killed else { return touch.delayed(reclaiming: reclaiming) }
    let (_, faults) = machines.touch(page, isWrite: isWrite, service)
    return touch.delayed(reclaiming: reclaiming).delayed(faults: faults)
  }

  /// Does to the machines what reclaim has done to their pages; says how long that takes.
  private mutating func applyEvents() -> UInt64 {
    guard let machines else { return 0 }
    return machines.apply(memory.takeEvents(), memory) * study.scale
  }

  /// Where the machines and the memory differ, each as a sentence.
  func problems() -> [String] {
    machines?.problems(memory, first.map { $0.anon..<$0.end }) ?? []
  }

  /// The pages that a service's second stage maps.
  func mapped(_ service: Int) -> Int64 { machines?.mapped(service) ?? 0 }

  private mutating func arrange(_ start: UInt64) {
    for (number, service) in study.services.enumerated() {
      let at = start + service.startNanoseconds
      let pages = study.pages(of: service)
      if service.touches > 0, pages.anon + pages.file > 0 {
        for worker in 0..<service.workers {
          actors.append(
            Actor(
              role: .worker, service: number, at: at + UInt64(worker),
              random: SplitMix64(
                seed: SplitMix64.mix(study.seed &+ UInt64(actors.count) &* 0x9e37)), left: 0))
        }
      }
      if service.growthBytes > 0 {
        actors.append(Actor(role: .growth, service: number, at: at))
      }
    }
    kswapd = actors.count
    actors.append(Actor(role: .kswapd, at: .max))
    // Where processors are never short it would take nothing from anybody.
    if study.host.processors != nil, study.host.scanner != nil {
      actors.append(Actor(role: .ksmd, at: start))
    }
  }

  private func earliest() -> Int? {
    var best = 0
    for number in actors.indices.dropFirst() where actors[number].at < actors[best].at {
      best = number
    }
    return actors[best].at == .max ? nil : best
  }

  /// Lets an actor make its next step, and sets the moment at which that is over if nothing else delays it.
  mutating func act(_ number: Int, _ start: UInt64) {
    actors[number].computed = 0
    switch actors[number].role {
    case .worker: work(number, start)
    case .growth: grow(number, start)
    case .ksmd:
      guard let scanner = study.host.scanner else { return }
      actors[number].waited = scanner.sleepNanoseconds
      actors[number].at += scanner.computeNanoseconds + scanner.sleepNanoseconds
    case .kswapd:
      let step = memory.kswapd(at: actors[number].at)
      let zaps = applyEvents()
      actors[number].waited = step.waited
      actors[number].at = step.sleeps ? .max : step.at + zaps
    }
    outcome.leastFreeBytes = min(outcome.leastFreeBytes, memory.freeFrames * 4096 * study.scale)
  }

  private mutating func work(_ number: Int, _ start: UInt64) {
    let service = actors[number].service
    let about = study.services[service]
    var now = actors[number].at
    if actors[number].left == 0 {
      // What a division by the scale leaves is the next request's: on average it has all its touches. Each
      // computes the whole of its work, whether it makes one touch more or less.
      let touches = about.touches + actors[number].carried
      actors[number].left = touches / study.scale
      actors[number].carried = touches % study.scale
      actors[number].work = about.requestWork
      actors[number].began = now
      if actors[number].left == 0 {
        outcome.services[service].time.work += about.requestWork
        actors[number].waited = 0
        actors[number].at = now + about.requestWork
        actors[number].completes = true
        return
      }
    }
    let range = first[service]
    let anon = Double(range.file - range.anon)
    let file = Double(range.growth - range.file)
    // The hot part of both, at their starts.
    let hotAnon = UInt64((anon * about.hotShare).rounded(.up))
    let hotFile = UInt64((file * about.hotShare).rounded(.up))
    let draw = actors[number].random.below(hotAnon + hotFile)
    let isFile = draw >= hotAnon
    let page = isFile ? range.file + UInt32(draw - hotAnon) : range.anon + UInt32(draw)
    let isWrite = !isFile && actors[number].random.unit() < about.writeShare
    let touch = touch(
      page, isWrite: isWrite, by: isFile ? .descriptor : .mapping, service, at: now)
    note(touch, from: now, service)
    actors[number].waited = touch.waited
    if touch.end == .killed { return die(service, touch.at - start) }
    if touched[Int(page)] < 3 { touched[Int(page)] += 1 }
    let compute = actors[number].work / actors[number].left
    actors[number].work -= compute
    actors[number].computed = compute
    outcome.services[service].time.work += compute
    now = touch.at + compute
    actors[number].at = now
    actors[number].left -= 1
    actors[number].completes = actors[number].left == 0
    reapKilled(now - start)
  }

  /// Notes that a worker's request is done, at the time that it has come to.
  mutating func complete(_ number: Int) {
    actors[number].completes = false
    let service = actors[number].service
    outcome.services[service].requests += 1
    outcome.services[service].latencies.append(actors[number].at - actors[number].began)
  }

  private mutating func grow(_ number: Int, _ start: UInt64) {
    let service = actors[number].service
    guard nextGrowth[service] < first[service].end else {
      actors[number].at = .max
      actors[number].isDone = true
      return
    }
    let began = actors[number].at
    let page = nextGrowth[service]
    nextGrowth[service] += 1
    let touch = touch(page, isWrite: true, by: .mapping, service, at: began)
    note(touch, from: began, service, isGrowth: true)
    actors[number].waited = touch.waited
    if touch.end == .killed { return die(service, touch.at - start) }
    let pace =
      Double(4096 * study.scale) * 1e9 / Double(study.services[service].growthBytes)
    // It grows by its rate, or as fast as it gets memory.
    actors[number].at = max(began + UInt64(pace), touch.at)
    actors[number].waited += actors[number].at - touch.at
    reapKilled(touch.at - start)
  }

  private mutating func note(
    _ touch: PageTouch, from began: UInt64, _ service: Int, isGrowth: Bool = false
  ) {
    let waits = touch.reclaiming + touch.reading + touch.throttled
    let rest = touch.at - began - waits
    var spent = PressureOutcome.Times()
    spent.reclaiming = touch.reclaiming
    spent.writing = touch.writing
    spent.reading = touch.reading
    spent.throttled = touch.throttled
    if touch.end == .hit { spent.work = rest } else { spent.faults = rest }
    outcome.services[service].time.add(spent)
    if isGrowth { outcome.services[service].growthTime.add(spent) }
  }

  /// Stops the actors of services that somebody else's need has killed.
  private mutating func reapKilled(_ at: UInt64) {
    guard memory.killCount > killed else { return }
    killed = memory.killCount
    for service in study.services.indices where !memory.isAlive(study.group(of: service)) {
      die(service, at)
    }
  }

  private var killed = 0

  private mutating func die(_ service: Int, _ at: UInt64) {
    if outcome.services[service].killedAt == nil { outcome.services[service].killedAt = at }
    for number in actors.indices
    where
      (actors[number].role == .worker || actors[number].role == .growth)
      && actors[number].service == service
    {
      actors[number].at = .max
      actors[number].isDone = true
      actors[number].completes = false
      // What it would still do on a processor, or wait for, dies with it.
      if play.steps.indices.contains(number) { play.steps[number] = [] }
    }
  }

  private func bytes(_ service: Int) -> UInt64 {
    let group = study.group(of: service)
    return (memory.usage(group) + memory.swapped(group)) * 4096 * study.scale
  }

  mutating func sample(_ at: UInt64, _ seen: inout ReclaimCounters) {
    let all = memory.total
    outcome.samples.append(
      PressureOutcome.Sample(
        at: at, freeBytes: memory.freeFrames * 4096 * study.scale,
        swapBytes: memory.swapUsed * 4096 * study.scale,
        majorFaults: (all.majorFaults - seen.majorFaults) * study.scale,
        stalls: (all.stalls + all.limitStalls - seen.stalls - seen.limitStalls) * study.scale,
        isKswapdAwake: memory.isKswapdAwake))
    seen = all
    for service in study.services.indices {
      let majors = memory.counters[study.group(of: service)].majorFaults
      outcome.services[service].majorSeries.append((majors - majorsSeen[service]) * study.scale)
      majorsSeen[service] = majors
      outcome.services[service].mostBytes = max(
        outcome.services[service].mostBytes, bytes(service))
    }
  }

  /// How many pages are touched over and over, of which the measurement has met a part: those it has met, and
  /// as many more as pages met once and twice suggest (Chao, “Nonparametric estimation of the number of
  /// classes in a population”, 1984).
  private func workingSet(_ pages: Range<UInt32>) -> UInt64 {
    var met = [0.0, 0.0, 0.0, 0.0]
    for page in pages { met[Int(touched[Int(page)])] += 1 }
    let unseen = met[1] * met[1] / (2 * max(met[2], 1))
    let seen = met[1] + met[2] + met[3]
    return min(UInt64(seen + unseen), UInt64(pages.count))
  }

  private mutating func finish(_ before: [ReclaimCounters]) {
    for (service, range) in first.enumerated() {
      outcome.services[service].latencies.sort()
      let group = study.group(of: service)
      outcome.services[service].counters =
        memory.counters[group].since(before[group]).times(study.scale)
      outcome.services[service].workingSetBytes =
        workingSet(range.anon..<range.growth) * 4096 * study.scale
      outcome.services[service].stageTwo = machines?.use(service)?.times(study.scale)
      outcome.counters = outcome.counters + outcome.services[service].counters
    }
    outcome.counters =
      outcome.counters + memory.counters[0].since(before[0]).times(study.scale)
    // A wake-up is one of the host's, at any scale.
    outcome.counters.wakes = memory.counters[0].wakes - before[0].wakes
    outcome.counters.kills = UInt64(memory.killCount)
  }
}

extension PressureStudy {
  /// Works out what becomes of the services.
  public func run() -> PressureOutcome { PressureRun(self).run() }
}
