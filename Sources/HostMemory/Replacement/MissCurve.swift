/// How many references miss, for every number of frames.
public struct MissCurve: Sendable, Hashable {
  /// The policy that the curve is of.
  public let policy: ReplacementPolicy
  /// How many references there were.
  public let references: Int
  /// How many references hit in so many frames and in none fewer.
  let hits: [UInt32]
  /// How many references miss in one frame, two frames and so on.
  private let sums: [Int]

  init(_ policy: ReplacementPolicy, references: Int, hits: [UInt32]) {
    self.policy = policy
    self.references = references
    var last = hits.count
    while last > 0, hits[last - 1] == 0 { last -= 1 }
    self.hits = Array(hits[..<last])
    var left = references
    sums = self.hits.dropFirst().map { count in
      left -= Int(count)
      return left
    }
  }

  /// With so many frames and more, only first references miss.
  public var mostUseful: Int { max(1, sums.count) }

  /// How many references miss with so many frames, of which there is at least one.
  public func misses(frames: Int) -> Int {
    precondition(frames > 0, "without a frame no page can be referenced")
    return sums.isEmpty ? references : sums[min(frames, sums.count) - 1]
  }
}
