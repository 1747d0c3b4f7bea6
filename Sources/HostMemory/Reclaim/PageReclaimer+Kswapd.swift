extension PageReclaimer {
  /// What a step of kswapd came to.
  public struct KswapdStep: Sendable, Hashable {
    /// When it was over, in nanoseconds.
    public let at: UInt64
    /// Whether kswapd sleeps from then on.
    public let sleeps: Bool
    /// How long of it kswapd waited for storage, and needed no processor.
    public let waited: UInt64
  }

  /// Lets kswapd work for one round over all groups at one priority (balance_pgdat); it is awake.
  ///
  /// It sleeps when the host has more free frames than its high mark, and gives up after 16 vain runs
  /// until something else frees memory.
  public mutating func kswapd(at start: UInt64) -> KswapdStep {
    var now = start
    let waitedBefore = waited
    finishWrites(by: now)
    guard freeFrames <= host.high, kswapdFailures < 16 else { return sleep(now, waited: 0) }
    var round = ReclaimRound(
      target: 0, wanted: max(host.high, 32), isKswapd: true, swappiness: host.swappiness)
    round.priority = kswapdPriority
    round.takesProtected = kswapdTakesProtected
    shrinkAll(&round, &now)
    kswapdSkipped = kswapdSkipped || round.skippedProtected
    kswapdFreed += round.freed
    // It goes on where it is when storage has room: others act in the meantime.
    if let room = round.blockedUntil {
      waited += max(room, now) - now
      return KswapdStep(at: max(room, now), sleeps: false, waited: waited - waitedBefore)
    }
    // Where little was looked at, more is to be looked at next.
    if round.scanned < round.wanted || round.freed == 0 { kswapdPriority -= 1 }
    if round.underWrite > 0, round.underWrite == round.taken { isWriteBound = true }
    if round.immediate > 0 {
      waitForWrites(32, atMost: times.writeThrottle, &now)
    } else if round.freed == 0, round.underWrite + round.unwritten > 0 {
      waitForWrites(1, &now)
    }
    if kswapdPriority < 1 {
      if kswapdFreed == 0 {
        if kswapdSkipped, !kswapdTakesProtected {
          kswapdTakesProtected = true
        } else {
          kswapdFailures += 1
        }
      }
      kswapdPriority = 12
      kswapdFreed = 0
      kswapdSkipped = false
      rememberActivations(of: 0)
    }
    // Nothing takes no time.
    if now == start { now += times.scan }
    let waits = waited - waitedBefore
    return freeFrames > host.high
      ? sleep(now, waited: waits) : KswapdStep(at: now, sleeps: false, waited: waits)
  }

  private mutating func sleep(_ now: UInt64, waited: UInt64) -> KswapdStep {
    isKswapdAwake = false
    kswapdPriority = 12
    kswapdFreed = 0
    kswapdTakesProtected = false
    kswapdSkipped = false
    isWriteBound = false
    rememberActivations(of: 0)
    return KswapdStep(at: now, sleeps: true, waited: waited)
  }
}
