import Guests
import HostMemory
import Paging

@testable import Hypervisor

extension ModelWorld {
  /// The ways to log writes that are tried on every format.
  static let mechanisms: [DirtyMechanism] = [
    .writeProtection, .initiallyAllSet, .flags, .modificationLog, .ring(entries: 70),
  ]

  /// What can happen between two looks.
  enum Step: CaseIterable {
    case read, write, fetch, run, process, reclaim, balloon, migrate, collapse, merge, fork, end
    case scan, startLog, clearLog, stopLog, populate, populateRun, policy, rom
  }

  /// Makes a step that the generator chooses, and looks at everything.
  mutating func step() {
    let weights: [(Step, UInt64)] = [
      (.read, 6), (.write, 10), (.fetch, 3), (.run, 6), (.process, 2), (.reclaim, 4), (.balloon, 2),
      (.migrate, 2), (.collapse, 3), (.merge, 4), (.fork, 2), (.end, 1), (.scan, 3), (.startLog, 5),
      (.clearLog, 4), (.stopLog, 2), (.populate, 2), (.populateRun, 6), (.policy, 4),
      (.rom, 2),
    ]
    var choice = random.below(weights.reduce(0) { $0 + $1.1 })
    var chosen = Step.read
    for (step, weight) in weights {
      if choice < weight {
        chosen = step
        break
      }
      choice -= weight
    }
    let number = models.count > 1 ? Int(random.below(2)) : 0
    steps.append("\(chosen) of \(number)")
    runs += with(number) { machine, _ in machine.runs() }
    make(chosen, number)
    check()
  }

  private mutating func page() -> Int { Int(random.below(UInt64(Self.pages))) }

  private mutating func range() -> Range<Int> {
    let start = page()
    let most: UInt64 = random.below(4) == 0 ? 700 : 12
    return start..<min(start + 1 + Int(random.below(most)), Self.pages)
  }

  private static func addresses(_ pages: Range<Int>) -> Range<GuestPhysical> {
    GuestPhysical(UInt64(pages.lowerBound) << 12)..<GuestPhysical(UInt64(pages.upperBound) << 12)
  }

  /// Touches some pages of a range, so that what a cache wrongly kept is used.
  private mutating func touchSome(_ number: Int, _ pages: Range<Int>) {
    for _ in 0..<4 {
      let page = pages.lowerBound + Int(random.below(UInt64(pages.count)))
      let access: Access = [.read, .write, .fetch][Int(random.below(3))]
      touch(number, page, access, processor: Int(random.below(3)), word: random.next())
    }
  }

  private mutating func make(_ step: Step, _ number: Int) {
    switch step {
    case .read, .write, .fetch:
      let access: Access = step == .read ? .read : step == .write ? .write : .fetch
      touch(number, page(), access, processor: Int(random.below(3)), word: random.next())
    case .run:
      let pages = range()
      let access: Access = random.below(3) == 0 ? .read : .write
      // Few words, so that pages are equal and can be merged.
      let word = random.below(3)
      for page in pages.prefix(60) { touch(number, page, access, processor: 0, word: word) }
    case .process: touchByProcess(number, page())
    case .reclaim:
      let pages = range()
      // All at once, or each in two steps, some of which are only begun.
      let isWhole = random.below(2) == 0
      let left = random.below(4)
      with(number) { machine, host in
        guard !isWhole else {
          _ = try? machine.reclaim([Self.addresses(pages)], on: &host)
          return
        }
        for page in pages.prefix(40) {
          let address = GuestPhysical(UInt64(page) << 12)
          machine.forgetAccess(address, flushes: true, on: &host)
          machine.unmap(address, isWritten: true, on: &host)
          if !machine.isPinned, UInt64(page) % 4 >= left {
            _ = try? machine.evict(address, on: &host)
          }
        }
      }
      touchSome(number, pages)
    case .balloon:
      let pages = range()
      with(number) { machine, host in
        _ = machine.inflateBalloon([Self.addresses(pages)], on: &host)
      }
      for page in pages { models[number].words[page] = 0 }
      touchSome(number, pages)
    case .migrate:
      let pages = range()
      let node = Int(random.below(2))
      with(number) { machine, host in
        _ = machine.migrate([Self.addresses(pages)], toNode: node, on: &host)
      }
      touchSome(number, pages)
    case .collapse:
      let page = page()
      with(number) { machine, host in
        _ = machine.collapse(GuestPhysical(UInt64(page) << 12), on: &host)
      }
      touchSome(number, page & ~511..<(page & ~511) + 512)
    case .merge: merge(number)
    case .fork: fork()
    case .end: end()
    case .scan:
      let flush: ScanFlush = random.below(4) == 0 ? .eachPage : .once
      let slot = Int(random.below(2))
      with(number) { machine, host in
        _ = machine.scanAccessed(slot: slot, flush: flush, on: &host)
      }
      touchSome(number, 0..<Self.pages)
    case .startLog, .clearLog, .stopLog: log(step, number, slot: Int(random.below(2)))
    case .populateRun: populateRun(number)
    case .populate:
      let pages = range()
      let depth = PopulationDepth.allCases[Int(random.below(3))]
      with(number) { machine, host in
        _ = try? machine.populate(.ranges([Self.addresses(pages)]), to: depth, on: &host)
      }
    case .policy: choosePolicy(number)
    case .rom:
      let place = Self.rom + random.below(16) << 12
      let access: Access = random.below(2) == 0 ? .read : .write
      let end = with(number) { machine, host in
        machine.touchPhysical(GuestPhysical(place), access, on: &host).end
      }
      let expected: TouchOutcome.End = access.kind == .write ? .emulated : .arrived
      if end != expected, end != .outOfMemory { note("the ROM's \(place) ended as \(end)") }
    }
  }

  private mutating func touchByProcess(_ number: Int, _ page: Int) {
    let isWrite = random.below(2) == 0
    let outcome = with(number) { machine, host in
      machine.touchByProcess(
        GuestPhysical(UInt64(page) << 12), isWrite ? .write : .read, on: &host)
    }
    guard isWrite, outcome.end == .arrived else { return }
    let word = random.next()
    store(word, at: outcome.hostPhysical)
    models[number].words[page] = word
  }

  /// Merges pages that are equal, of both machines, as same-page merging does.
  private mutating func merge(_ number: Int) {
    let kept = page()
    let word = models[number].words[kept]
    let frame = with(number) { machine, host in
      machine.share(GuestPhysical(UInt64(kept) << 12), on: &host)
    }
    guard let frame else { return }
    for other in models.indices {
      let equal = (0..<Self.pages).filter {
        models[other].words[$0] == word && (other != number || $0 != kept)
      }
      let addresses = equal.prefix(40).map { GuestPhysical(UInt64($0) << 12) }
      with(other) { machine, host in _ = machine.merge(addresses, into: frame, on: &host) }
      for page in equal.prefix(3) { touchSome(other, page..<page + 1) }
    }
    touchSome(number, kept..<kept + 1)
  }

  private mutating func fork() {
    guard second == nil else { return }
    if let child = try? first.fork(on: &host) {
      second = consume child
      models.append(Model(words: models[0].words))
    }
    touchSome(0, 0..<Self.pages)
  }

  private mutating func end() {
    guard let child = second.take() else { return }
    child.shutDown(on: &host)
    models.removeLast()
  }

  /// Gives 2 MiB back and populates them in small pages, which have one record then.
  private mutating func populateRun(_ number: Int) {
    let first = page() & ~511
    let depth: PopulationDepth = random.below(2) == 0 ? .process : .writing
    let range = Self.addresses(first..<first + 512)
    with(number) { machine, host in
      _ = machine.inflateBalloon([range], on: &host)
      let backing = machine.policy.backing
      machine.policy.backing = .small
      _ = try? machine.populate(.ranges([range]), to: depth, on: &host)
      machine.policy.backing = backing
    }
    for page in first..<first + 512 { models[number].words[page] = 0 }
    if random.below(2) == 0 { touchSome(number, first..<first + 512) }
  }

  /// Logs the writes to all memory in a way, whatever has logged them so far; some of it has one record
  /// for many pages.
  mutating func restartLogs(_ mechanism: DirtyMechanism) {
    for number in models.indices {
      populateRun(number)
      for slot in Self.slots.indices {
        if models[number].dirty[slot] != nil { log(.stopLog, number, slot: slot) }
        startLog(mechanism, number, slot: slot)
      }
    }
    check()
  }

  private mutating func startLog(_ mechanism: DirtyMechanism, _ number: Int, slot: Int) {
    // Flags of large pages would tell of pages that nobody wrote.
    let splitting =
      mechanism == .flags ? .eager : LogSplitting.allCases[Int(random.below(3))]
    let done = with(number) { machine, host in
      (try? machine.startDirtyLog(
        slot: slot, splitting: splitting, mechanism: mechanism, on: &host)) != nil
    }
    guard done else { return }
    mechanisms.insert(mechanism)
    models[number].dirty[slot] = Array(
      repeating: mechanism == .initiallyAllSet, count: Self.slots[slot].count)
  }

  private mutating func log(_ step: Step, _ number: Int, slot: Int) {
    let isLogged = models[number].dirty[slot] != nil
    switch step {
    case .startLog where !isLogged:
      startLog(Self.mechanisms[Int(random.below(5))], number, slot: slot)
    case .clearLog where isLogged:
      let pages = range().clamped(to: Self.slots[slot])
      guard !pages.isEmpty else { break }
      with(number) { machine, host in
        machine.syncDirty(slot: slot, on: &host)
        guard let dirty = machine.dirtyPages(slot: slot) else { return }
        machine.clearDirty(dirty.clamped(to: Self.addresses(pages)), slot: slot, on: &host)
      }
      for page in pages { models[number].setDirty(page, false) }
      touchSome(number, pages)
    case .stopLog where isLogged:
      let recovery = LogRecovery.allCases[Int(random.below(3))]
      with(number) { machine, host in
        machine.stopDirtyLog(slot: slot, recovery: recovery, on: &host)
      }
      models[number].dirty[slot] = nil
    default: break
    }
    touchSome(number, 0..<Self.pages)
  }

  private mutating func choosePolicy(_ number: Int) {
    let backing = [FrameOrder.small, .large][Int(random.below(2))]
    let rights = MappingRights.allCases[Int(random.below(3))]
    let batch = [1, 4, 16][Int(random.below(3))]
    let isLimited = random.below(4) == 0
    let mapsZero = random.below(4) > 0
    let isGuarded = random.below(3) == 0
    with(number) { machine, _ in
      machine.policy.backing = backing
      machine.policy.rights = rights
      machine.policy.batch = batch
      machine.policy.largestMapping = isLimited ? .small : .huge
      machine.policy.mapsZeroFrame = mapsZero
      machine.policy.hasNonExecutableLargePages = isGuarded
    }
  }
}
