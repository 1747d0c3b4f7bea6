import Console

/// Numbers of frames on the command line: numbers and ranges with commas between.
///
/// A range is `1-10`, `100-1000:100` with a step, or `1-1024:x2` with a factor.
struct FrameCounts: ArgumentValue, Hashable {
  /// The numbers in the order in which they were given, each once.
  let counts: [Int]
  let argument: String

  /// No trace can have more pages.
  static let most = 4_000_000_000
  /// So many replays nobody waits for.
  static let mostCounts = 1_000_000

  private static let rule =
    "it must be numbers from 1 to \(most) or ranges such as 1-10, 100-1000:100 and 1-1024:x2, with"
    + " commas between"

  init(argument: String) throws(ArgumentValueError) {
    var counts: [Int] = []
    var known: Set<Int> = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      for count in try Self.range(part) where known.insert(count).inserted {
        counts.append(count)
      }
      guard counts.count <= Self.mostCounts else {
        throw ArgumentValueError("it can be \(Self.mostCounts) numbers of frames at most")
      }
    }
    self.counts = counts
    self.argument = argument
  }

  private static func range(_ part: Substring) throws(ArgumentValueError) -> [Int] {
    let halves = part.split(separator: ":", omittingEmptySubsequences: false)
    let ends = halves[0].split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count <= 2, ends.count <= 2, let first = number(ends[0]) else {
      throw ArgumentValueError(rule)
    }
    guard ends.count == 2 else {
      guard halves.count == 1 else { throw ArgumentValueError(rule) }
      return [first]
    }
    guard let last = number(ends[1]), first <= last else { throw ArgumentValueError(rule) }
    var step = 1
    var factor = 1
    if halves.count == 2 {
      let isFactor = halves[1].hasPrefix("x")
      guard let number = number(isFactor ? halves[1].dropFirst() : halves[1]),
        !isFactor || number > 1
      else { throw ArgumentValueError(rule) }
      (step, factor) = isFactor ? (0, number) : (number, 1)
    }
    var counts: [Int] = []
    var count = first
    // One more than allowed tells the caller.
    while count <= last, counts.count <= mostCounts {
      counts.append(count)
      count = count * factor + step
    }
    return counts
  }

  private static func number(_ digits: Substring) -> Int? {
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
      let number = Int(digits), 1...most ~= number
    else { return nil }
    return number
  }
}
