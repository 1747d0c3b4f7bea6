extension GuestProfile {
  /// What the steps of a phase add up to.
  public struct PhaseCounts: Sendable, Hashable {
    /// The nanoseconds of the processor's work.
    public var computeNanoseconds: UInt64 = 0
    /// The nanoseconds of waiting.
    public var waitNanoseconds: UInt64 = 0
    /// All touches.
    public var touches = 0
    /// Pages that an instruction touches for the first time, by the kind of that touch; for devices
    /// those that nobody has touched before.
    public var newPages: [BootTouch.Kind: Int] = [:]
    /// The same pages by their use, without those of devices.
    public var newPagesByUse: [GuestPageUse: Int] = [:]
    /// Touches of pages that have been touched in the same way in an earlier phase.
    public var repeated = 0

    /// Pages that an instruction touches for the first time.
    public var newPagesOfProcessor: Int { newPagesByUse.values.reduce(0, +) }
  }

  /// Plays all steps and counts them, phase by phase.
  public func counts() -> [PhaseCounts] {
    var counts = [PhaseCounts](repeating: PhaseCounts(), count: phases.count)
    var news = [Int](repeating: 0, count: BootTouch.Kind.allCases.count)
    var uses = [Int](repeating: 0, count: GuestPageUse.allCases.count)
    var current = 0
    func close() {
      guard counts.indices.contains(current) else { return }
      for kind in BootTouch.Kind.allCases where news[Int(kind.rawValue)] > 0 {
        counts[current].newPages[kind] = news[Int(kind.rawValue)]
        news[Int(kind.rawValue)] = 0
      }
      for use in GuestPageUse.allCases where uses[Int(use.rawValue)] > 0 {
        counts[current].newPagesByUse[use] = uses[Int(use.rawValue)]
        uses[Int(use.rawValue)] = 0
      }
    }
    for step in steps() {
      switch step {
      case .phase(let number):
        close()
        current = number
      case .compute(let nanoseconds): counts[current].computeNanoseconds += nanoseconds
      case .wait(let nanoseconds): counts[current].waitNanoseconds += nanoseconds
      case .touch(let touch):
        counts[current].touches += 1
        switch touch.novelty {
        case .page:
          news[Int(touch.kind.rawValue)] += 1
          if touch.kind != .device { uses[Int(touch.use.rawValue)] += 1 }
        case .kind: break
        case .none: counts[current].repeated += 1
        }
      case .ready: break
      }
    }
    close()
    return counts
  }
}
