/// The next moment of each processor, and which comes first.
///
/// Nearly all moments of an execution are those of actors on processors, of which there is one for
/// each. So they are the leaves of a tree whose every node has the earliest one of the four below: a
/// change goes up one path, whatever it was, without a branch that depends on the moments. What is on
/// the path waits for one comparison a level; the other three are compared meanwhile.
struct ProcessorMoments: ~Copyable {
  /// The nodes from the root down, four below each.
  private var nodes: FlatRow<Int64>
  private let firstLeaf: Int

  /// No moment: later than all others.
  static var none: Int64 { @inline(__always) get { .max } }

  init(processors: Int) {
    var firstLeaf = 0
    var leaves = 1
    while leaves < processors {
      firstLeaf = 4 * firstLeaf + 1
      leaves *= 4
    }
    self.firstLeaf = firstLeaf
    nodes = FlatRow(repeatElement(Self.none, count: firstLeaf + leaves))
  }

  /// The key of the earliest moment; that of no moment if there is none.
  var first: Int64 { @inline(__always) get { nodes[0] } }

  /// Gives a processor a moment, by a key that isn't negative.
  @inline(__always)
  mutating func set(_ processor: Int, _ key: Int64) {
    var place = firstLeaf &+ processor
    nodes[place] = key
    var least = key
    while place > 0 {
      let number = (place &- 1) & 3
      let group = place &- number
      let others = Self.earlier(
        Self.earlier(nodes[group &+ (number ^ 1)], nodes[group &+ (number ^ 2)]),
        nodes[group &+ (number ^ 3)])
      least = Self.earlier(least, others)
      place = (place &- 1) &>> 2
      nodes[place] = least
    }
  }

  /// The earlier one of two moments.
  ///
  /// The compiler makes a branch of a comparison here, which is as hard to foretell as a coin: so the
  /// sign of the distance chooses. Neither is negative, and so the distance has a sign.
  @inline(__always)
  private static func earlier(_ one: Int64, _ other: Int64) -> Int64 {
    let distance = other &- one
    return one &+ (distance & (distance &>> 63))
  }

  /// Takes a processor's moment away.
  @inline(__always)
  mutating func clear(_ processor: Int) { set(processor, Self.none) }

  /// Makes all keys smaller by as much.
  mutating func subtract(_ amount: Int64) {
    for leaf in firstLeaf..<nodes.count where nodes[leaf] != Self.none {
      set(leaf - firstLeaf, nodes[leaf] - amount)
    }
  }
}
