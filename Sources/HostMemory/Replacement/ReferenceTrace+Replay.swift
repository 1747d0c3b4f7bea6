extension ReferenceTrace {
  /// What becomes of the references under a policy in so many frames, of which there is at least one.
  public func replay(
    _ policy: ReplacementPolicy, frames: Int, _ settings: ReplacementSettings = .init()
  ) -> ReplacementOutcome {
    precondition(frames > 0, "without a frame no page can be referenced")
    return switch policy {
    case .fifo: run(FIFOReplacer.self, policy, frames, settings)
    case .lru: run(LRUReplacer.self, policy, frames, settings)
    case .clock: run(ClockReplacer<OneBit>.self, policy, frames, settings)
    case .clock2: run(ClockReplacer<TwoBits>.self, policy, frames, settings)
    case .twohand: run(TwoHandReplacer.self, policy, frames, settings)
    case .twolist: run(TwoListReplacer.self, policy, frames, settings)
    case .mglru: run(GenerationReplacer.self, policy, frames, settings)
    case .twoQueues: run(TwoQueuesReplacer.self, policy, frames, settings)
    case .arc: run(ARCReplacer.self, policy, frames, settings)
    case .sieve: run(SIEVEReplacer.self, policy, frames, settings)
    case .s3fifo: run(S3FIFOReplacer.self, policy, frames, settings)
    case .lfu:
      switch settings.frequencyCounts {
      case .resident: run(LFUReplacer.self, policy, frames, settings)
      case .all: run(HistoryLFUReplacer.self, policy, frames, settings)
      }
    case .ws: WorkingSetReplay(window: settings.window ?? frames).outcome(self, frames: frames)
    case .opt: OptimalReplay().outcome(self, frames: frames)
    }
  }

  private func run<Policy: Replacer & ~Copyable>(
    _: Policy.Type, _ policy: ReplacementPolicy, _ frames: Int, _ settings: ReplacementSettings
  ) -> ReplacementOutcome {
    var outcome = ReplacementOutcome(policy, frames: frames, references: count)
    outcome.coldMisses = pageCount
    let replacer = Policy(frames: frames, pages: pageCount, settings)
    let counts =
      hasWrites ? Self.run(replacer, pages, Writes(self)) : Self.run(replacer, pages, NoWrites())
    outcome.misses = counts.misses
    outcome.dirtyEvictions = counts.dirtyEvictions
    outcome.cleanEvictions = counts.evictions - counts.dirtyEvictions
    outcome.mostResident = counts.misses - counts.evictions
    return outcome
  }

  private struct Counts {
    var misses = 0
    var evictions = 0
    var dirtyEvictions = 0
  }

  private static func run<Policy: Replacer & ~Copyable, Dirt: DirtTracker>(
    _ replacer: consuming Policy, _ pages: [UInt32], _ dirt: Dirt
  ) -> Counts {
    var counts = Counts()
    var replacer = replacer
    var most: UInt32 = 0
    if dirt.isTracking { for page in pages { most = max(most, page) } }
    let dirty = FlatArray(repeating: false, count: dirt.isTracking ? Int(most) + 1 : 0)
    let references = pages.span
    for number in references.indices {
      let page = references[number]
      let reply = replacer.reference(page)
      if !reply.isHit {
        counts.misses &+= 1
        if let victim = reply.victim {
          counts.evictions &+= 1
          if dirt.isTracking, dirty[victim] {
            counts.dirtyEvictions &+= 1
            dirty[victim] = false
          }
        }
      }
      if dirt.isTracking, dirt.isWrite(number) { dirty[page] = true }
    }
    return counts
  }
}
