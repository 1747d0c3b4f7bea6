/// Numbers that have a rank each, or none: the one of the least rank is found at once, and of equal ones
/// the least number.
///
/// Ranks may run over the end of their type: only how far they lie apart decides.
struct RankedNumbers {
  private struct Entry {
    let rank: Int128
    let number: Int

    func precedes(_ other: Entry) -> Bool {
      let distance = rank &- other.rank
      return distance != 0 ? distance < 0 : number < other.number
    }
  }

  private var heap: [Entry] = []
  /// Where each number lies in the heap, where it has a rank.
  private var places: [Int?]

  /// So many numbers from 0 on, of which none has a rank.
  init(count: Int) {
    places = Array(repeating: nil, count: count)
  }

  var isEmpty: Bool { heap.isEmpty }

  /// The number of the least rank.
  var first: (number: Int, rank: Int128)? { heap.first.map { ($0.number, $0.rank) } }

  /// Gives a number a rank, or another one.
  mutating func rank(_ number: Int, _ rank: Int128) {
    let entry = Entry(rank: rank, number: number)
    if let place = places[number] {
      settle(entry, at: place)
    } else {
      heap.append(entry)
      rise(entry, from: heap.count - 1)
    }
  }

  /// Takes a number's rank away, and says what it was.
  @discardableResult
  mutating func remove(_ number: Int) -> Int128? {
    guard let place = places[number] else { return nil }
    let rank = heap[place].rank
    places[number] = nil
    let last = heap.removeLast()
    if place < heap.count { settle(last, at: place) }
    return rank
  }

  /// Puts an entry where another one was.
  private mutating func settle(_ entry: Entry, at place: Int) {
    if entry.precedes(heap[place]) { rise(entry, from: place) } else { sink(entry, from: place) }
  }

  private mutating func rise(_ entry: Entry, from start: Int) {
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard entry.precedes(heap[parent]) else { break }
      put(heap[parent], at: place)
      place = parent
    }
    put(entry, at: place)
  }

  private mutating func sink(_ entry: Entry, from start: Int) {
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

  private mutating func put(_ entry: Entry, at place: Int) {
    heap[place] = entry
    places[entry.number] = place
  }
}
