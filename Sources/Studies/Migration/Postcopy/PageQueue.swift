/// Pages in the order in which they are to pass.
struct PageQueue {
  private var units: [Int] = []
  private var head = 0

  mutating func append(_ unit: Int) { units.append(unit) }

  mutating func removeFirst() -> Int? {
    guard head < units.count else { return nil }
    let unit = units[head]
    head += 1
    if head == units.count {
      units.removeAll(keepingCapacity: true)
      head = 0
    } else if head > 4096, head * 2 > units.count {
      units.removeFirst(head)
      head = 0
    }
    return unit
  }
}
