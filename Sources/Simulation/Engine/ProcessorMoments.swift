/// The next moment of each processor, and which comes first.
///
/// Nearly all moments of an execution are those of actors on processors, of which there is one for
/// each. So they are the leaves of a tree whose every node has the earlier one of the two below: a
/// change goes up one path, whatever it was, without a branch that depends on the moments.
struct ProcessorMoments: ~Copyable {
  /// A moment above, the actor below it, and the processor in the lowest bits: their order is that of
  /// events.
  private var nodes: FlatRow<UInt128>
  private let leaves: Int

  /// No moment: later than all others, and no farther from any of them than a sign can tell.
  static var none: UInt128 { @inline(__always) get { UInt128.max >> 1 } }

  init(processors: Int) {
    var leaves = 1
    while leaves < processors { leaves *= 2 }
    self.leaves = leaves
    nodes = FlatRow(repeatElement(Self.none, count: 2 * leaves))
  }

  /// The key of a moment of an actor on a processor.
  @inline(__always)
  static func key(_ time: VirtualTime, owner: Int, processor: Int) -> UInt128 {
    UInt128(UInt64(bitPattern: time.picoseconds)) << 64
      | UInt128(UInt64(owner) << 32 | UInt64(processor))
  }

  /// The key of the earliest moment; that of no moment if there is none.
  var first: UInt128 { @inline(__always) get { nodes[1] } }

  /// Gives a processor a moment.
  @inline(__always)
  mutating func set(_ processor: Int, _ key: UInt128) {
    var place = leaves + processor
    nodes[place] = key
    var least = key
    while place > 1 {
      least = Self.earlier(least, nodes[place ^ 1])
      place >>= 1
      nodes[place] = least
    }
  }

  /// The earlier one of two moments.
  ///
  /// The compiler makes a branch of a comparison here, which is as hard to foretell as a coin: so the
  /// sign of the distance chooses.
  @inline(__always)
  private static func earlier(_ one: UInt128, _ other: UInt128) -> UInt128 {
    let distance = other &- one
    let sign = UInt64(
      bitPattern: Int64(bitPattern: UInt64(truncatingIfNeeded: distance >> 64)) >> 63)
    return one &+ (distance & (UInt128(sign) << 64 | UInt128(sign)))
  }

  /// Takes a processor's moment away.
  @inline(__always)
  mutating func clear(_ processor: Int) { set(processor, Self.none) }
}
