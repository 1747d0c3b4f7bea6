/// Least frequently used, counting all references of the trace so far: a heap of the resident pages, with
/// the one of the lowest count, and among those the least recently used one, on top.
struct HistoryLFUReplacer: Replacer, ~Copyable {
  private static let absent = UInt32.max

  private let heap: FlatArray<UInt32>
  private let placeOf: FlatArray<UInt32>
  private let counts: FlatArray<UInt32>
  private let lastUses: FlatArray<UInt32>
  private var used = 0
  private var clock: UInt32 = 0

  init(frames: Int, pages: Int, _ settings: ReplacementSettings) {
    heap = FlatArray(repeating: 0, count: min(frames, pages))
    placeOf = FlatArray(repeating: Self.absent, count: pages)
    counts = FlatArray(repeating: 0, count: pages)
    lastUses = FlatArray(repeating: 0, count: pages)
  }

  mutating func reference(_ page: UInt32) -> Reply {
    clock &+= 1
    counts[page] &+= 1
    lastUses[page] = clock
    let place = placeOf[page]
    if place != Self.absent {
      sink(page, from: Int(place))
      return .hit
    }
    guard used == heap.count else {
      used += 1
      rise(page, from: used - 1)
      return .loaded
    }
    let victim = heap[0]
    placeOf[victim] = Self.absent
    sink(page, from: 0)
    return .evicted(victim)
  }

  private func goesBefore(_ page: UInt32, _ other: UInt32) -> Bool {
    (counts[page], lastUses[page]) < (counts[other], lastUses[other])
  }

  private func put(_ page: UInt32, _ place: Int) {
    heap[place] = page
    placeOf[page] = UInt32(truncatingIfNeeded: place)
  }

  private func rise(_ page: UInt32, from start: Int) {
    var place = start
    while place > 0 {
      let parent = heap[(place - 1) / 2]
      guard goesBefore(page, parent) else { break }
      put(parent, place)
      place = (place - 1) / 2
    }
    put(page, place)
  }

  private func sink(_ page: UInt32, from start: Int) {
    var place = start
    while 2 * place + 1 < used {
      var child = 2 * place + 1
      if child + 1 < used, goesBefore(heap[child + 1], heap[child]) { child += 1 }
      guard goesBefore(heap[child], page) else { break }
      put(heap[child], place)
      place = child
    }
    put(page, place)
  }
}
