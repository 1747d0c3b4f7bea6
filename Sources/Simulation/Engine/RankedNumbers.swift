/// Numbers that have a rank each, or none: the one of the least rank is found at once, and of equal ones
/// the least number.
///
/// Ranks may run over the end of their type: only how far they lie apart decides.
@frozen
@usableFromInline
package struct RankedNumbers<Rank: FixedWidthInteger & SignedInteger & Sendable>: Sendable {
  @frozen
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline let rank: Rank
    @usableFromInline let number: Int32

    @inlinable
    init(_ rank: Rank, _ number: Int) {
      self.rank = rank
      self.number = Int32(truncatingIfNeeded: number)
    }

    @inlinable
    @inline(__always)
    func precedes(_ other: Entry) -> Bool {
      let distance = rank &- other.rank
      return distance != 0 ? distance < 0 : number < other.number
    }
  }

  @usableFromInline var heap: [Entry] = []
  /// Where each number lies in the heap; -1 where it has no rank.
  @usableFromInline var places: [Int32]

  /// So many numbers from 0 on, of which none has a rank.
  @inlinable
  package init(count: Int) {
    places = Array(repeating: -1, count: count)
  }

  @inlinable package var isEmpty: Bool { heap.isEmpty }

  /// The number of the least rank.
  @inlinable
  package var first: (number: Int, rank: Rank)? {
    heap.first.map { (Int($0.number), $0.rank) }
  }

  /// Whether the first number comes before another one of such a rank.
  @inlinable
  @inline(__always)
  package func firstPrecedes(_ number: Int, _ rank: Rank) -> Bool {
    guard let first = heap.first else { return false }
    return first.precedes(Entry(rank, number))
  }

  /// Gives a number a rank, or another one.
  @inlinable
  package mutating func rank(_ number: Int, _ rank: Rank) {
    let entry = Entry(rank, number)
    let place = Int(places[number])
    if place >= 0 {
      settle(entry, at: place)
    } else {
      heap.append(entry)
      rise(entry, from: heap.count - 1)
    }
  }

  /// Takes a number's rank away, and says what it was.
  @inlinable
  @discardableResult
  package mutating func remove(_ number: Int) -> Rank? {
    let place = Int(places[number])
    guard place >= 0 else { return nil }
    let rank = heap[place].rank
    places[number] = -1
    let last = heap.removeLast()
    if place < heap.count { settle(last, at: place) }
    return rank
  }

  /// Puts an entry where another one was.
  @inlinable
  mutating func settle(_ entry: Entry, at place: Int) {
    if entry.precedes(heap[place]) { rise(entry, from: place) } else { sink(entry, from: place) }
  }

  @inlinable
  mutating func rise(_ entry: Entry, from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard entry.precedes(heap[parent]) else { break }
      put(heap[parent], at: place)
      place = parent
    }
    put(entry, at: place)
  }

  @inlinable
  mutating func sink(_ entry: Entry, from start: Int) {
    var place = start
    while true {
      var child = 2 * place + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
      guard heap[child].precedes(entry) else { break }
      put(heap[child], at: place)
      place = child
    }
    put(entry, at: place)
  }

  @inlinable
  @inline(__always)
  mutating func put(_ entry: Entry, at place: Int) {
    heap[place] = entry
    places[Int(entry.number)] = Int32(truncatingIfNeeded: place)
  }
}
