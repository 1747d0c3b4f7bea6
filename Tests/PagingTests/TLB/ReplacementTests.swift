import Guests
import Testing

@testable import Paging

/// A TLB's sets as lists of pages, the latest first: nothing like the model's lines.
private struct ReferenceLRU {
  var sets: [[UInt64]]
  let ways: Int

  init(_ shape: CacheShape) {
    sets = Array(repeating: [], count: shape.sets)
    ways = shape.ways
  }

  /// Whether the page was there; now it is.
  mutating func meets(_ page: UInt64) -> Bool {
    let set = Int(page % UInt64(sets.count))
    let place = sets[set].firstIndex(of: page)
    if let place { sets[set].remove(at: place) }
    sets[set].insert(page, at: 0)
    if sets[set].count > ways { sets[set].removeLast() }
    return place != nil
  }
}

/// A binary tree over the lines of one set, whose every node remembers the half that was used longer ago.
private indirect enum ReferenceTree {
  case line(UInt64?)
  case node(left: ReferenceTree, right: ReferenceTree, isRightOlder: Bool)

  init(_ lines: Int) {
    self =
      lines == 1
      ? .line(nil)
      : .node(left: Self(lines / 2), right: Self(lines / 2), isRightOlder: false)
  }

  /// Notes the use of a page, and says whether it is there.
  mutating func use(_ page: UInt64) -> Bool {
    switch self {
    case .line(let held): return held == page
    case .node(var left, var right, let isRightOlder):
      let isLeft = left.use(page)
      let isRight = !isLeft && right.use(page)
      self = .node(
        left: left, right: right, isRightOlder: isLeft || (!isRight && isRightOlder))
      return isLeft || isRight
    }
  }

  /// Puts a page into an empty line if there is one, and else where the nodes lead.
  mutating func enter(_ page: UInt64) {
    replace(page, emptyOnly: hasEmpty)
    _ = use(page)
  }

  private var hasEmpty: Bool {
    switch self {
    case .line(let held): held == nil
    case .node(let left, let right, _): left.hasEmpty || right.hasEmpty
    }
  }

  private mutating func replace(_ page: UInt64, emptyOnly: Bool) {
    switch self {
    case .line: self = .line(page)
    case .node(var left, var right, let isRightOlder):
      if emptyOnly ? !left.hasEmpty : isRightOlder {
        right.replace(page, emptyOnly: emptyOnly)
      } else {
        left.replace(page, emptyOnly: emptyOnly)
      }
      self = .node(left: left, right: right, isRightOlder: isRightOlder)
    }
  }
}

@Suite("Which entry makes room")
struct ReplacementTests {
  /// Pages of which some come far more often than others.
  private func pages(_ count: Int, among most: UInt64, seed: UInt64) -> [UInt64] {
    var random = SplitMix64(seed: seed)
    return (0..<count).map { _ in
      let range = random.next(below: 3) == 0 ? most : most / 4 + 1
      return random.next(below: range)
    }
  }

  @Test(
    "The least recently used one, as a list of the latest pages has it",
    arguments: [1, 2, 3, 7, 16, 24, 48])
  func fullyAssociative(lines: Int) throws {
    var program = try FlatGuest(.plain(CacheShape(lines)), bytes: 144 * 4096)
    var reference = ReferenceLRU(CacheShape(lines))
    for (step, page) in pages(3000, among: 3 * UInt64(lines), seed: UInt64(lines)).enumerated() {
      let found = try program.access(page * 4096)
      #expect((found.origin == .firstLevel) == reference.meets(page), "step \(step)")
    }
  }

  @Test(
    "The least recently used one of its set",
    arguments: [CacheShape(64, ways: 4), CacheShape(32, ways: 2), CacheShape(48, ways: 6)])
  func setAssociative(shape: CacheShape) throws {
    var program = try FlatGuest(.plain(shape), bytes: 256 * 4096)
    var reference = ReferenceLRU(shape)
    for (step, page) in pages(3000, among: 256, seed: 3).enumerated() {
      let found = try program.access(page * 4096)
      #expect((found.origin == .firstLevel) == reference.meets(page), "step \(step)")
    }
  }

  @Test("The one that a tree leads to", arguments: [1, 2, 4, 8, 16])
  func tree(lines: Int) throws {
    var program = try FlatGuest(.plain(CacheShape(lines, .treeLRU)), bytes: 64 * 4096)
    var reference = ReferenceTree(lines)
    for (step, page) in pages(3000, among: 2 * UInt64(lines) + 1, seed: 9).enumerated() {
      let found = try program.access(page * 4096)
      let meets = reference.use(page)
      if !meets { reference.enter(page) }
      #expect((found.origin == .firstLevel) == meets, "step \(step)")
    }
  }

  @Test("A tree's choice is not the least recently used one")
  func treeIsNotLRU() throws {
    // After 0 1 2 3 0 the least recently used page is 1. A tree leads away from the half of 0 and, in the
    // other, away from 3: to 2.
    var misses: [Int] = []
    for replacement in [.lru, .treeLRU] as [CacheShape.Replacement] {
      var program = try FlatGuest(.plain(CacheShape(4, replacement)), bytes: 64 * 4096)
      for page in [0, 1, 2, 3, 0, 4, 1] as [UInt64] { _ = try program.access(page * 4096) }
      misses.append(program.caches.counters.misses)
    }
    #expect(misses == [6, 5])
  }
}
