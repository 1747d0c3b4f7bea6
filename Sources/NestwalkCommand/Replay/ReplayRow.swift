import HostMemory

/// What became of a trace under one policy in one number of frames.
struct ReplayRow {
  let policy: ReplacementPolicy
  let frames: Int
  let references: Int
  let misses: Int
  /// What only a replay of its own tells, and no pass for all numbers of frames.
  var outcome: ReplacementOutcome?

  var missRatio: Double { references == 0 ? 0 : Double(misses) / Double(references) }

  init(_ outcome: ReplacementOutcome) {
    policy = outcome.policy
    frames = outcome.frames
    references = outcome.references
    misses = outcome.misses
    self.outcome = outcome
  }

  init(_ curve: MissCurve, frames: Int) {
    policy = curve.policy
    self.frames = frames
    references = curve.references
    misses = curve.misses(frames: frames)
  }
}
