/// What misses that were counted on a machine cost, by cycles a miss.
public struct MeasuredMisses: Sendable, Hashable {
  /// The misses.
  public var misses: UInt64
  /// The cycles of one.
  public var cyclesPerMiss: Double
  /// The clock, in millions of cycles a second.
  public var megahertz: Double
  /// How long the program ran.
  public var runSeconds: Double

  /// Misses in a run of `runSeconds` seconds.
  public init(misses: UInt64, cyclesPerMiss: Double, megahertz: Double, runSeconds: Double) {
    self.misses = misses
    self.cyclesPerMiss = cyclesPerMiss
    self.megahertz = megahertz
    self.runSeconds = runSeconds
  }

  /// The cycles of all misses.
  public var cycles: Double { Double(misses) * cyclesPerMiss }
  /// The time of all misses.
  public var seconds: Double { cycles / (megahertz * 1e6) }
  /// The part of the run that was spent on misses.
  public var share: Double { seconds / runSeconds }
}
